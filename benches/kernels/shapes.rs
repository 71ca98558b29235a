//! Indirect calls: the methods of 1024 trait objects of four types.

trait Shape {
    fn area(&self) -> f64;
    fn grow(&mut self, by: f64);
}

struct Square(f64);
struct Circle(f64);
struct Rectangle(f64, f64);
struct Triangle(f64, f64, f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
    fn grow(&mut self, by: f64) {
        self.0 += by;
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        self.0 * self.0 * 3.141592653589793
    }
    fn grow(&mut self, by: f64) {
        self.0 += by;
    }
}

impl Shape for Rectangle {
    fn area(&self) -> f64 {
        self.0 * self.1
    }
    fn grow(&mut self, by: f64) {
        self.0 += by;
        self.1 -= by;
    }
}

impl Shape for Triangle {
    fn area(&self) -> f64 {
        let s = (self.0 + self.1 + self.2) / 2.0;
        (s * (s - self.0) * (s - self.1) * (s - self.2)).abs().sqrt()
    }
    fn grow(&mut self, by: f64) {
        self.2 += by;
    }
}

fn shape(i: u32) -> Box<dyn Shape> {
    let size = f64::from(i % 13) + 1.0;
    match i % 4 {
        0 => Box::new(Square(size)),
        1 => Box::new(Circle(size)),
        2 => Box::new(Rectangle(size, 2.0)),
        _ => Box::new(Triangle(size, size, size)),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let mut shapes: Vec<Box<dyn Shape>> = (0..1024).map(shape).collect();
    let mut sum = 0u32;
    for i in 0..n {
        let by = if i % 2 == 0 { 0.5 } else { -0.5 };
        shapes.iter_mut().for_each(|shape| shape.grow(by));
        let area: f64 = shapes.iter().map(|shape| shape.area()).sum();
        sum = sum.wrapping_add(area as u32);
    }
    sum
}
