//! A parser: a recursive-descent parser of JSON, 200 records of some 90 bytes.

use std::fmt::Write;

enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at)?, b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        let found = self.peek()? == byte;
        found.then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let found = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(value)
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => self.text().map(Value::Text),
            b'[' => self.list(),
            b'{' => self.object(),
            _ => self.number(),
        }
    }

    fn text(&mut self) -> Option<String> {
        self.eat(b'"')?;
        let mut text = String::new();
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(text),
                b'\\' => {
                    let escaped = *self.bytes.get(self.at)?;
                    self.at += 1;
                    text.push(match escaped {
                        b'n' => '\n',
                        b't' => '\t',
                        other => other as char,
                    });
                }
                other => text.push(other as char),
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        std::str::from_utf8(&self.bytes[start..self.at]).ok()?.parse().ok().map(Value::Number)
    }

    fn list(&mut self) -> Option<Value> {
        self.eat(b'[')?;
        let mut list = Vec::new();
        while self.peek()? != b']' {
            list.push(self.value()?);
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(Value::List(list))
    }

    fn object(&mut self) -> Option<Value> {
        self.eat(b'{')?;
        let mut fields = Vec::new();
        while self.peek()? != b'}' {
            let name = self.text()?;
            self.eat(b':')?;
            fields.push((name, self.value()?));
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(Value::Object(fields))
    }
}

fn weigh(value: &Value) -> u32 {
    match value {
        Value::Null => 1,
        Value::Bool(value) => 2 + u32::from(*value),
        Value::Number(number) => (*number * 8.0) as u32,
        Value::Text(text) => text.len() as u32,
        Value::List(list) => list.iter().map(weigh).fold(5, u32::wrapping_add),
        Value::Object(fields) => fields.iter().map(|(_, value)| weigh(value)).fold(7, u32::wrapping_add),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let mut text = String::from("[");
    for i in 0..200 {
        let comma = if i == 0 { "" } else { "," };
        let weight = f64::from(i) * 1.375;
        write!(
            text,
            "{comma}\n  {{\"id\": {i}, \"name\": \"record\\t{i}\", \"weight\": {weight}, \"tags\": [\"a\", true, null], \"of\": {{}}}}"
        )
        .unwrap();
    }
    text.push(']');
    let mut sum = 0u32;
    for _ in 0..n {
        let mut parser = Parser { bytes: text.as_bytes(), at: 0 };
        sum = sum.wrapping_add(parser.value().map_or(0, |value| weigh(&value)));
    }
    sum
}
