//! Parameters of blocks that are not needed: those that are always the same value, and those that
//! nothing reads.
//!
//! A parameter is always the same value when all its arguments are that value or the parameter
//! itself. Replacing it can make others redundant, so each parameter watches two arguments that differ,
//! and is looked at again only when one of them is replaced: it then goes on from where it
//! stopped, because arguments that were equal stay equal.

use crate::ir::{BlockId, Definition, ENTRY, Function, Target, ValueId};

/// What became of the values of a function when some were taken out and the others got new ids.
#[derive(Clone, Debug, Default)]
pub struct Renaming {
    /// By old id; [`GONE`] for values that are no more.
    new: Vec<ValueId>,
}

const GONE: ValueId = ValueId(u32::MAX);

impl Renaming {
    /// What is now the value that was `old`: itself under a new id, or what replaced it. `None` when
    /// nothing read it.
    pub fn get(&self, old: ValueId) -> Option<ValueId> {
        Some(self.new[old.0 as usize]).filter(|&new| new != GONE)
    }
}

/// Takes out parameters that are always the same value or that nothing reads, and renumbers the
/// values: what no list of the function names has no place in it any longer.
///
/// Parameters of the entry and those that terminators [make](crate::ir::Target::made) stay.
pub fn remove_redundant_parameters(function: &mut Function<'_>) -> Renaming {
    Redundant::find(function, &[]).remove(function)
}

/// What can be taken out.
pub(super) struct Redundant {
    /// What replaces each value; itself if nothing does.
    replaced: Vec<ValueId>,
    /// Whether a value is read, other than by parameters that are not needed.
    used: Vec<bool>,
    /// Whether a value is a parameter that may be taken out.
    candidate: Vec<bool>,
}

impl Redundant {
    /// Looks at all parameters. `known` are values and what they are known to be.
    pub(super) fn find(function: &Function<'_>, known: &[(ValueId, ValueId)]) -> Redundant {
        let incoming = Incoming::new(function);
        let mut classes = Classes::new(function.values.len());
        for &(value, same) in known {
            classes.replace(value, same);
        }
        let mut redundant = Redundant {
            replaced: Vec::new(),
            used: vec![false; function.values.len()],
            candidate: vec![false; function.values.len()],
        };
        let mut search = Search::new(&incoming.ways, &mut classes, function);
        for parameter in &search.parameters {
            redundant.candidate[parameter.value.0 as usize] = true;
        }
        search.run();
        redundant.replaced =
            (0..function.values.len() as u32).map(|value| classes.find(ValueId(value))).collect();
        redundant.mark_used(function, &incoming);
        redundant
    }

    fn mark_used(&mut self, function: &Function<'_>, incoming: &Incoming<'_>) {
        let mut pending = Vec::new();
        for block in &function.blocks {
            for instruction in &block.instructions {
                for &value in &function.instruction(*instruction).arguments {
                    self.mark(value, &mut pending);
                }
            }
        }
        for terminator in &function.terminators {
            for &value in terminator.arguments() {
                self.mark(value, &mut pending);
            }
        }
        while let Some(value) = pending.pop() {
            for argument in incoming.arguments(function, value) {
                self.mark(argument, &mut pending);
            }
        }
    }

    fn mark(&mut self, value: ValueId, pending: &mut Vec<ValueId>) {
        let value = self.replaced[value.0 as usize];
        if !std::mem::replace(&mut self.used[value.0 as usize], true)
            && self.candidate[value.0 as usize]
        {
            pending.push(value);
        }
    }

    /// Whether the value stays and is read.
    pub(super) fn is_used(&self, value: ValueId) -> bool {
        self.used[value.0 as usize]
    }

    fn stays(&self, parameter: ValueId) -> bool {
        let index = parameter.0 as usize;
        !self.candidate[index] || (self.used[index] && self.replaced[index] == parameter)
    }

    /// Takes them out.
    pub(super) fn remove(self, function: &mut Function<'_>) -> Renaming {
        for target in function.terminators.iter_mut().flat_map(|this| this.targets_mut()) {
            let parameters = &function.blocks[target.block.0 as usize].parameters;
            let mut parameter = parameters[target.made as usize..].iter();
            target
                .arguments
                .retain(|_| parameter.next().is_some_and(|&parameter| self.stays(parameter)));
        }
        for block in &mut function.blocks {
            block.parameters.retain(|&parameter| self.stays(parameter));
        }
        let renaming = self.renumber(function);
        rename(function, &renaming);
        renaming
    }

    /// The values that a list of the function names, in the old order.
    fn named(&self, function: &Function<'_>) -> Vec<ValueId> {
        let mut named = vec![false; function.values.len()];
        for block in &function.blocks {
            let results =
                block.instructions.iter().flat_map(|&id| &function.instruction(id).results);
            for value in block.parameters.iter().chain(results) {
                named[value.0 as usize] = true;
            }
        }
        (0..).map(ValueId).zip(named).filter(|(_, named)| *named).map(|(value, _)| value).collect()
    }

    /// Gives the values new ids, without gaps.
    fn renumber(&self, function: &mut Function<'_>) -> Renaming {
        let named = self.named(function);
        let mut new = vec![GONE; function.values.len()];
        for (id, old) in (0..).zip(&named) {
            new[old.0 as usize] = ValueId(id);
        }
        let new = self.replaced.iter().map(|replaced| new[replaced.0 as usize]).collect();
        function.values = named.iter().map(|old| function.values[old.0 as usize]).collect();
        Renaming { new }
    }
}

/// Renames all values that the function names.
fn rename(function: &mut Function<'_>, renaming: &Renaming) {
    let rename = |value: &mut ValueId| *value = renaming.new[value.0 as usize];
    for instruction in &mut function.instructions {
        instruction.arguments.iter_mut().for_each(rename);
        instruction.results.iter_mut().for_each(rename);
    }
    for terminator in &mut function.terminators {
        terminator.arguments_mut().iter_mut().for_each(rename);
        let targets = terminator.targets_mut();
        targets.into_iter().flat_map(|target| &mut target.arguments).for_each(rename);
    }
    for (block, id) in function.blocks.iter_mut().zip((0..).map(BlockId)) {
        for (index, value) in (0..).zip(&mut block.parameters) {
            rename(value);
            function.values[value.0 as usize].definition =
                Definition::Parameter { block: id, index };
        }
    }
}

/// The ways into each block.
struct Incoming<'f> {
    ways: Vec<Vec<&'f Target>>,
}

impl<'f> Incoming<'f> {
    fn new(function: &'f Function<'_>) -> Incoming<'f> {
        let mut ways = vec![Vec::new(); function.blocks.len()];
        for target in function.terminators.iter().flat_map(|terminator| terminator.targets()) {
            ways[target.block.0 as usize].push(target);
        }
        Incoming { ways }
    }

    /// What `value` can be, for a parameter that has arguments.
    fn arguments(
        &self,
        function: &Function<'_>,
        value: ValueId,
    ) -> impl Iterator<Item = ValueId> + use<'_> {
        let (block, index) = match function.value(value).definition {
            Definition::Parameter { block, index } => (block, index),
            Definition::Result { .. } => (ENTRY, u32::MAX),
        };
        self.ways[block.0 as usize]
            .iter()
            .map(move |way| way.arguments[(index - way.made) as usize])
    }
}

/// Values that are known to be the same (union-find with path compression).
struct Classes {
    parent: Vec<ValueId>,
}

impl Classes {
    fn new(values: usize) -> Classes {
        Classes { parent: (0..values as u32).map(ValueId).collect() }
    }

    fn find(&mut self, value: ValueId) -> ValueId {
        let mut root = value;
        while self.parent[root.0 as usize] != root {
            root = self.parent[root.0 as usize];
        }
        let mut current = value;
        while current != root {
            current = std::mem::replace(&mut self.parent[current.0 as usize], root);
        }
        root
    }

    fn replace(&mut self, value: ValueId, by: ValueId) {
        let by = self.find(by);
        self.parent[value.0 as usize] = by;
    }
}

/// The search for parameters that are always the same value.
struct Search<'f, 'c> {
    ways: &'f [Vec<&'f Target>],
    classes: &'c mut Classes,
    parameters: Vec<Parameter>,
    /// By value: its index in `parameters`, [`NOT_ONE`] for others.
    index_of: Vec<u32>,
    /// By parameter: those that watch it.
    watchers: Vec<Vec<u32>>,
    pending: Vec<u32>,
}

const NOT_ONE: u32 = u32::MAX;

struct Parameter {
    value: ValueId,
    block: BlockId,
    /// Index into the arguments of the block's targets.
    index: u32,
    /// Number of arguments that are known to be `same` or the parameter itself.
    checked: u32,
    same: Option<ValueId>,
    /// The two values that it watches.
    watched: [ValueId; 2],
    is_pending: bool,
}

impl<'f, 'c> Search<'f, 'c> {
    fn new(
        ways: &'f [Vec<&'f Target>],
        classes: &'c mut Classes,
        function: &Function<'_>,
    ) -> Search<'f, 'c> {
        let mut parameters = Vec::new();
        for (block, ways) in function.block_ids().zip(ways) {
            let Some(way) = ways.first() else { continue };
            let passed = &function.block(block).parameters[way.made as usize..];
            parameters.extend((0..).zip(passed).map(|(index, &value)| Parameter {
                value,
                block,
                index,
                checked: 0,
                same: None,
                watched: [GONE; 2],
                is_pending: true,
            }));
        }
        let mut index_of = vec![NOT_ONE; function.values.len()];
        for (index, parameter) in (0..).zip(&parameters) {
            index_of[parameter.value.0 as usize] = index;
        }
        let watchers = vec![Vec::new(); parameters.len()];
        // The first is looked at first: most arguments are then known for good.
        let pending = (0..parameters.len() as u32).rev().collect();
        Search { ways, classes, parameters, index_of, watchers, pending }
    }

    fn run(&mut self) {
        while let Some(index) = self.pending.pop() {
            self.parameters[index as usize].is_pending = false;
            match self.compare(index) {
                Some(watched) => self.watch(index, watched),
                None => self.replace(index),
            }
        }
    }

    /// Compares the arguments from where the last comparison stopped. Gives two that differ.
    fn compare(&mut self, index: u32) -> Option<[ValueId; 2]> {
        let parameter = &mut self.parameters[index as usize];
        let ways = &self.ways[parameter.block.0 as usize];
        let mut same = parameter.same.map(|same| self.classes.find(same));
        same = same.filter(|&same| same != parameter.value);
        while let Some(way) = ways.get(parameter.checked as usize) {
            let argument = self.classes.find(way.arguments[parameter.index as usize]);
            if argument != parameter.value {
                match same {
                    Some(same) if same != argument => {
                        parameter.same = Some(same);
                        return Some([same, argument]);
                    }
                    _ => same = Some(argument),
                }
            }
            parameter.checked += 1;
        }
        parameter.same = same;
        None
    }

    fn watch(&mut self, index: u32, values: [ValueId; 2]) {
        let watched = std::mem::replace(&mut self.parameters[index as usize].watched, values);
        for value in values.into_iter().filter(|value| !watched.contains(value)) {
            // Other values are never replaced.
            if let Some(watchers) = self.watchers.get_mut(self.index_of[value.0 as usize] as usize)
            {
                watchers.push(index);
            }
        }
    }

    fn replace(&mut self, index: u32) {
        let Parameter { value, same, .. } = self.parameters[index as usize];
        let Some(same) = same else { return };
        self.classes.replace(value, same);
        for watcher in std::mem::take(&mut self.watchers[index as usize]) {
            let parameter = &mut self.parameters[watcher as usize];
            if parameter.value != value && !std::mem::replace(&mut parameter.is_pending, true) {
                self.pending.push(watcher);
            }
        }
    }
}
