//! The examples run and find what they expect.

#[path = "../../examples/adapter_pass.rs"]
mod adapter_pass;
#[path = "../../examples/compile_and_load.rs"]
mod compile_and_load;
#[path = "../../examples/guest_resource.rs"]
mod guest_resource;
#[path = "../../examples/host_resource.rs"]
mod host_resource;

#[test]
fn the_adapter_pass_stands_alone() {
    adapter_pass::main().unwrap();
}

#[test]
fn an_object_is_compiled_and_loaded() {
    compile_and_load::main().unwrap();
}

#[test]
fn a_host_drives_a_guest_resource() {
    guest_resource::main().unwrap();
}

#[test]
fn a_guest_drives_a_host_resource() {
    host_resource::main().unwrap();
}
