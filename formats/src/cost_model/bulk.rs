//! The operators whose work depends on a run-time value.

use serde::{Deserialize, Serialize};

use crate::operators::Opcode;

macro_rules! bulk {
    ($($variant:ident $name:literal $unit:literal)*) => {
        /// An operator whose work depends on a run-time value: the number of its units.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Bulk {
            $(
                #[doc = concat!("`", $name, "`: its unit is one ", $unit, ".")]
                $variant,
            )*
        }

        impl Bulk {
            /// All of them.
            pub const ALL: [Bulk; Bulk::COUNT] = [$(Bulk::$variant),*];

            /// Number of them.
            pub const COUNT: usize = [$($name),*].len();

            /// Text name of the operator, such as `memory.copy`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Bulk::$variant => $name),*
                }
            }

            /// What it does one of: `byte`, `page` or `element`.
            pub fn unit(self) -> &'static str {
                match self {
                    $(Bulk::$variant => $unit),*
                }
            }
        }
    };
}

bulk! {
    MemoryCopy "memory.copy" "byte"
    MemoryFill "memory.fill" "byte"
    MemoryInit "memory.init" "byte"
    MemoryGrow "memory.grow" "page"
    TableCopy "table.copy" "element"
    TableFill "table.fill" "element"
    TableInit "table.init" "element"
    TableGrow "table.grow" "element"
    ArrayCopy "array.copy" "element"
    ArrayFill "array.fill" "element"
    ArrayNew "array.new" "element"
    ArrayNewDefault "array.new_default" "element"
    ArrayNewData "array.new_data" "element"
    ArrayNewElem "array.new_elem" "element"
    ArrayInitData "array.init_data" "element"
    ArrayInitElem "array.init_elem" "element"
}

impl Bulk {
    /// The one with this text name.
    pub fn from_name(name: &str) -> Option<Bulk> {
        Bulk::ALL.into_iter().find(|bulk| bulk.name() == name)
    }

    /// Place in [`Bulk::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The operator itself.
    pub fn opcode(self) -> Opcode {
        Opcode::from_name(self.name()).expect("every bulk operator is an operator")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bulk_operator_is_an_operator_and_found_by_its_name() {
        for (index, bulk) in Bulk::ALL.into_iter().enumerate() {
            assert_eq!(bulk.index(), index);
            assert_eq!(bulk.opcode().name(), bulk.name());
            assert_eq!(Bulk::from_name(bulk.name()), Some(bulk));
        }
        assert_eq!(Bulk::from_name("i32.add"), None);
    }
}
