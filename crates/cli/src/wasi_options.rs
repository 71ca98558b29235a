//! What a guest is granted of the system, by the option names that people know.

use super::Failure;
use cantilever_wasi::WasiCtxBuilder;
use cantilever_wasi::fs::Rights;
use clap::Args;
use std::path::PathBuf;
use std::str::FromStr;

/// What the guest may see and use. By default: standard streams, clocks, randomness; nothing else.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "What the guest is granted")]
pub struct WasiOptions {
    /// Let the guest use a directory, and call it GUEST; with `::ro` it may only read
    #[arg(long = "dir", value_name = "HOST[::GUEST][::ro]")]
    pub dirs: Vec<DirGrant>,

    /// Set an environment variable, or pass on that of the host
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    pub env: Vec<Variable>,

    /// Grant more, separated by commas: `-S inherit-network,http`; `-S help` lists all
    ///
    /// inherit-network, tcp[=y|n], udp[=y|n], allow-ip-name-lookup, http, inherit-env,
    /// config-var=KEY=VALUE, max-resources=N
    #[arg(short = 'S', long = "wasi", value_name = "GRANT,…", value_delimiter = ',')]
    pub grants: Vec<Grant>,
}

impl WasiOptions {
    /// Does the user ask what can be granted?
    pub fn asks_for_help(&self) -> bool {
        self.grants.contains(&Grant::Help)
    }

    /// Grants what the options say.
    pub fn apply(&self, builder: &mut WasiCtxBuilder) -> Result<(), Failure> {
        for grant in &self.grants {
            grant.apply(builder);
        }
        for Variable { name, value } in &self.env {
            builder.env(name, value);
        }
        for DirGrant { host, guest, read_only } in &self.dirs {
            let rights = if *read_only { Rights::READ_ONLY } else { Rights::ALL };
            let opened = builder.preopened_dir(host, guest, rights);
            opened.map_err(|e| Failure::remedied(chain(&e), "name a directory that is there: --dir HOST::GUEST"))?;
        }
        Ok(())
    }

    /// May the guest send HTTP requests?
    pub fn http(&self) -> bool {
        // The last word counts.
        self.grants.iter().rev().find_map(|grant| if let Grant::Http(allow) = grant { Some(*allow) } else { None })
            == Some(true)
    }
}

/// A directory of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirGrant {
    /// Where it is.
    pub host: PathBuf,
    /// What the guest calls it.
    pub guest: String,
    /// May the guest only read?
    pub read_only: bool,
}

impl FromStr for DirGrant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split("::").collect();
        let read_only = parts.len() > 1 && parts.last() == Some(&"ro");
        if read_only {
            parts.pop();
        }
        let (host, guest) = match parts[..] {
            [host] => (host, host),
            [host, guest] => (host, guest),
            _ => return Err("expected HOST, HOST::GUEST, HOST::ro or HOST::GUEST::ro".to_owned()),
        };
        if host.is_empty() || guest.is_empty() {
            return Err("a directory has no name".to_owned());
        }
        Ok(DirGrant { host: host.into(), guest: guest.to_owned(), read_only })
    }
}

/// An environment variable for the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl FromStr for Variable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (text, std::env::var(text).map_err(|e| format!("the host's variable `{text}`: {e}"))?),
        };
        if name.is_empty() {
            return Err("the variable has no name".to_owned());
        }
        Ok(Variable { name: name.to_owned(), value })
    }
}

/// One word of `-S`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// All addresses, for TCP and UDP.
    InheritNetwork(bool),
    /// TCP, where addresses are granted.
    Tcp(bool),
    /// UDP, where addresses are granted.
    Udp(bool),
    /// Looking up names.
    AllowIpNameLookup(bool),
    /// Requests by HTTP.
    Http(bool),
    /// The host's environment.
    InheritEnv(bool),
    /// A value of `wasi:config`.
    ConfigVar(String, String),
    /// The most resources that the guest may hold of a kind.
    MaxResources(u32),
    /// Standard streams, clocks and randomness, which are granted in any case.
    Cli,
    /// The user asks what there is.
    Help,
}

/// The words of `-S`, for help and errors.
pub const GRANTS: &str = "\
  inherit-network[=y|n]        TCP and UDP with all addresses
  tcp[=y|n], udp[=y|n]         one of them; both are granted with the network
  allow-ip-name-lookup[=y|n]   look up names
  http[=y|n]                   send requests by HTTP
  inherit-env[=y|n]            the whole environment of this command
  config-var=KEY=VALUE         a value of `wasi:config/store`
  max-resources=N              the most resources of a kind (files, sockets, …) at one time
  cli[=y|n]                    accepted; standard streams, clocks and randomness are granted always";

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

impl Grant {
    fn apply(&self, builder: &mut WasiCtxBuilder) {
        match self {
            Grant::InheritEnv(true) => builder.inherit_env(),
            Grant::InheritNetwork(true) => builder.inherit_network(),
            Grant::Tcp(allow) => builder.allow_tcp(*allow),
            Grant::Udp(allow) => builder.allow_udp(*allow),
            Grant::AllowIpNameLookup(allow) => builder.allow_ip_name_lookup(*allow),
            Grant::ConfigVar(key, value) => builder.config(key, value),
            Grant::MaxResources(limit) => builder.max_resources(*limit),
            _ => builder,
        };
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let switch = || match value {
            None | Some("y" | "yes" | "true") => Ok(true),
            Some("n" | "no" | "false") => Ok(false),
            Some(other) => Err(format!("`{name}` is `y` or `n`, not `{other}`")),
        };
        match name {
            "inherit-network" => switch().map(Grant::InheritNetwork),
            "tcp" => switch().map(Grant::Tcp),
            "udp" => switch().map(Grant::Udp),
            "allow-ip-name-lookup" => switch().map(Grant::AllowIpNameLookup),
            "http" => switch().map(Grant::Http),
            "inherit-env" => switch().map(Grant::InheritEnv),
            "config-var" => {
                let variable = value.and_then(|value| value.split_once('='));
                let (key, value) = variable.ok_or("expected config-var=KEY=VALUE")?;
                Ok(Grant::ConfigVar(key.to_owned(), value.to_owned()))
            }
            "max-resources" => {
                let number = value.ok_or("expected max-resources=N")?;
                number.parse().map(Grant::MaxResources).map_err(|e| format!("`{number}`: {e}"))
            }
            "cli" | "common" => switch().map(|_| Grant::Cli),
            "help" => Ok(Grant::Help),
            _ => Err(format!("there is no grant `{name}`; the grants are\n{GRANTS}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_have_a_name_for_the_guest_and_may_be_read_only() {
        let grant =
            |host: &str, guest: &str, read_only| Ok(DirGrant { host: host.into(), guest: guest.to_owned(), read_only });
        assert_eq!("a".parse(), grant("a", "a", false));
        assert_eq!("a::/b".parse(), grant("a", "/b", false));
        assert_eq!("a::ro".parse(), grant("a", "a", true));
        assert_eq!("a::/b::ro".parse(), grant("a", "/b", true));
        assert_eq!("ro".parse(), grant("ro", "ro", false));
        assert!("a::b::c".parse::<DirGrant>().is_err());
        assert!("::b".parse::<DirGrant>().is_err());
    }

    #[test]
    fn grants_are_switches_and_values() {
        assert_eq!("tcp".parse(), Ok(Grant::Tcp(true)));
        assert_eq!("udp=n".parse(), Ok(Grant::Udp(false)));
        assert_eq!("config-var=a=b=c".parse(), Ok(Grant::ConfigVar("a".to_owned(), "b=c".to_owned())));
        assert_eq!("max-resources=7".parse(), Ok(Grant::MaxResources(7)));
        assert!("tcp=maybe".parse::<Grant>().is_err());
        assert!("everything".parse::<Grant>().unwrap_err().contains("inherit-network"));
    }
}
