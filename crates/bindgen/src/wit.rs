//! Reads WIT, and chooses the world.

use crate::{Error, Options};
use wit_parser::{Resolve, WorldId};

/// A world, with types that are one for each import and export.
pub(crate) fn read(options: &Options) -> Result<(Resolve, WorldId), Error> {
    let mut resolve = Resolve { all_features: options.all_features, ..Resolve::default() };
    resolve.features.extend(options.features.iter().flat_map(|list| list.split([',', ' '])).map(str::to_owned));
    let (package, _) = match resolve.push_path(&options.wit) {
        Ok(pushed) => pushed,
        Err(error) => return Err(Error::Wit(resolve.render_error(&error))),
    };
    let world = resolve
        .select_world(&[package], options.world.as_deref())
        .map_err(|error| Error::Wit(resolve.render_error(&error)))?;
    resolve.generate_nominal_type_ids(world);
    Ok((resolve, world))
}
