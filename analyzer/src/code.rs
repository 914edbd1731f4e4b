//! The code of hot functions, operator by operator, with what each cost.

use std::collections::HashMap;
use std::io;

use wasmparser::Operator;
use wasmprinter::Print;

use crate::Error;
use crate::analysis::Case;
use crate::limits::{MAX_CODE_FUNCTIONS, MAX_CODE_LINES, MAX_OPERATOR_TEXT};
use crate::names::shortened;
use crate::operators::{self, Blocks};
use crate::profile::{CodeLine, FunctionCode};
use crate::sources::code_start;

/// The code of the first functions in `hot`, indices in the module; `blocks` tells how often each
/// block ran.
///
/// # Errors
///
/// [`Error::Module`], never for a module that was parsed.
pub(crate) fn code(
    case: &Case<'_>,
    blocks: &Blocks,
    hot: impl Iterator<Item = u32>,
) -> Result<Vec<FunctionCode>, Error> {
    let (module, plan, model) = (case.pricer.module, case.plan, case.pricer.model);
    let (sources, start) = (case.symbols.sources(), code_start(module.wasm));
    let hot = hot.filter_map(|index| index.checked_sub(plan.imported_functions));
    let mut found = Vec::new();
    // Where the text of each operator goes, by its offset in the module.
    let mut places: HashMap<usize, (usize, usize)> = HashMap::new();
    for number in hot.take(MAX_CODE_FUNCTIONS) {
        let counts = operators::counts(plan, blocks, number);
        let mut code = FunctionCode {
            function: plan.function_index(number),
            lines: Vec::new(),
            is_cut: counts.len() > MAX_CODE_LINES,
        };
        let mut depth = 0_u32;
        module
            .for_each_operator(number, |operator, offset, kind| {
                if operator as usize >= MAX_CODE_LINES {
                    return Ok(());
                }
                let closes = matches!(kind, Operator::End | Operator::Else);
                depth = depth.saturating_sub(u32::from(closes));
                let price = slicer::opcode::opcode(&kind).map_or(0, |code| model.operator(code));
                let count = counts[operator as usize];
                places.insert(offset, (found.len(), code.lines.len()));
                code.lines.push(CodeLine {
                    operator,
                    depth,
                    text: slicer::opcode::name(&kind).to_string(),
                    count,
                    fuel: count.saturating_mul(price.into()),
                    source: sources.line(offset - start),
                    callee: match kind {
                        Operator::Call { function_index }
                        | Operator::ReturnCall { function_index } => Some(function_index),
                        _ => None,
                    },
                });
                let opens = matches!(
                    kind,
                    Operator::Block { .. }
                        | Operator::Loop { .. }
                        | Operator::If { .. }
                        | Operator::TryTable { .. }
                        | Operator::Else
                );
                depth += u32::from(opens);
                Ok(())
            })
            .map_err(Error::Module)?;
        found.push(code);
    }
    let mut texts = Texts { places: &places, code: &mut found, line: None, text: String::new() };
    // Without the printer's words there are still the operators' names.
    let _ = wasmprinter::Config::new().indent_text("").print(module.wasm, &mut texts);
    texts.end_line();
    Ok(found)
}

/// Takes the text of a module, and keeps the lines of some operators.
struct Texts<'t> {
    places: &'t HashMap<usize, (usize, usize)>,
    code: &'t mut [FunctionCode],
    /// Whose line is being printed.
    line: Option<(usize, usize)>,
    text: String,
}

impl Texts<'_> {
    fn end_line(&mut self) {
        if let Some((function, line)) = self.line.take() {
            let text = shortened(self.text.trim(), MAX_OPERATOR_TEXT);
            // The `end` of a function is the parenthesis that closes it.
            if text != ")" {
                self.code[function].lines[line].text = text;
            }
        }
        self.text.clear();
    }
}

impl Print for Texts<'_> {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        // A name can be very long: what is kept of it is bounded.
        if self.line.is_some() && self.text.len() <= 4 * MAX_OPERATOR_TEXT {
            self.text.push_str(text);
        }
        Ok(())
    }

    fn newline(&mut self) -> io::Result<()> {
        self.end_line();
        Ok(())
    }

    fn start_line(&mut self, offset: Option<usize>) {
        self.end_line();
        self.line = offset.and_then(|offset| self.places.get(&offset).copied());
    }
}
