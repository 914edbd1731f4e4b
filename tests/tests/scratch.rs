//! Temporary.
use tests::exact::{check, Options};
use tests::program::{Call, Program, Value};
use tests::models;
#[test]
fn scratch() {
    let path = std::env::var("WF_WAT").unwrap();
    let wasm = wat::parse_file(&path).unwrap();
    let calls = std::env::var("WF_CALLS").unwrap();
    let calls: Vec<Call> = calls.split(';').map(|c| { let mut w = c.split(','); let e = w.next().unwrap();
        let a: Vec<Value> = w.map(|x| if let Some(x) = x.strip_suffix('L') { Value::I64(x.parse().unwrap()) } else if x == "null" { Value::Reference{null:true} } else { Value::I32(x.parse().unwrap()) }).collect(); Call::new(e, &a) }).collect();
    let program = Program::calls("scratch", wasm, calls);
    let (s, d) = check(&program, &Options { models: vec![models::builtin().remove(0), models::random(7)], fuel_models: 2, wasmi: true }).unwrap();
    println!("endings {:?}\nwasmi {:?}", s.recorded.endings, s.wasmi_refused);
    for (r, c) in s.reports.iter().zip(&s.counts) { println!("{:?} count {:?}\n{:?}", r.fuel, c, r.functions); }
    for r in &s.reports[..1] { println!("{:?} {:?}", r.outcome, r.trace); }
    let t = tests::recorded::record(&program, formats::trace::Detail::Full).unwrap(); let t = tests::recorded::read(t.trace).unwrap(); println!("{:#?}", t.header().plan); for i in 0..t.segments().len() { println!("{:?}", t.read_segment(i)); }
    println!("DIFF\n{d}");
}
