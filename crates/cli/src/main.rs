//! The entry of the `cantilever` command.

fn main() -> std::process::ExitCode {
    cantilever_cli::main()
}
