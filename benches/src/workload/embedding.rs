//! Making instances; compiling.

use super::Workload;
use super::into_guest::{scalars, string_in};
use crate::contestant::Driver;

const GROUP: &str = "Instances and compilation";

pub fn all() -> Vec<Workload> {
    vec![
        Workload::new(GROUP, "instantiate and drop, small", scalars()).driven(Driver::Instantiate).at_least(2.0),
        Workload::new(GROUP, "instantiate and drop, with a memory", string_in())
            .driven(Driver::Instantiate)
            .at_least(2.0),
        Workload::new(GROUP, "compile, small", string_in()).driven(Driver::Compile).at_least(1.0),
    ]
}
