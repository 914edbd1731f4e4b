//! `--follow`: a trace that is still being written.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Random;
use crate::{Folder, program, recorded, stderr, stdout, trace_bytes, wf_analyze};

/// Longer than a follower waits for a trace that nobody is known to write.
const LONGER_THAN_ITS_PATIENCE: Duration = Duration::from_millis(2600);

/// Longer than any follower of these tests runs.
const LIMIT: Duration = Duration::from_secs(60);

/// A `wf-analyze --follow` that runs.
struct Follower(Child);

impl Follower {
    fn of(folder: &Folder, arguments: &[&str]) -> Follower {
        let mut command = wf_analyze();
        command.arg("--follow").args(arguments).current_dir(&folder.0).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Follower(command.spawn().expect("started"))
    }

    fn still_runs(&mut self) -> bool {
        self.0.try_wait().expect("a child").is_none()
    }

    /// Waits for its end.
    fn end(mut self) -> Output {
        let started = Instant::now();
        while self.still_runs() {
            if started.elapsed() > LIMIT {
                self.0.kill().expect("a child");
                panic!("it follows without end");
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.0.wait_with_output().expect("ended")
    }
}

/// A file that is written as a recorder does: with its lock held.
fn create(path: &Path) -> File {
    let file = File::create(path).expect("a file");
    if cfg!(unix) {
        file.try_lock().expect("nobody else has it");
    }
    file
}

/// Cuts `bytes` in every part of a trace: its head, its header, its segments and its end.
fn pieces(bytes: &[u8], seed: u64) -> Vec<&[u8]> {
    let mut random = Random(seed);
    let mut cuts = vec![5, 16, 24, 200, bytes.len() - 9, bytes.len() - 1];
    cuts.extend((0..6).map(|_| random.below(bytes.len())));
    cuts.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in cuts.into_iter().chain([bytes.len()]) {
        pieces.push(&bytes[start..end]);
        start = end;
    }
    pieces
}

/// Appends the pieces, with pauses in which a follower looks at them.
fn append(file: &mut File, pieces: &[&[u8]]) {
    for piece in pieces {
        file.write_all(piece).expect("written");
        thread::sleep(Duration::from_millis(110));
    }
}

/// Asserts that `followed` is what a run without `--follow` gives now.
#[track_caller]
fn assert_same_as_later(folder: &Folder, followed: &Output, arguments: &[&str]) {
    assert!(followed.status.success(), "{}", stderr(followed));
    assert!(followed.stderr.is_empty(), "{}", stderr(followed));
    let later = folder.run(arguments);
    assert!(later.status.success(), "{}", stderr(&later));
    assert_eq!(stdout(followed), stdout(&later));
}

#[test]
fn following_a_closed_trace_prints_the_same_report() {
    let folder = Folder::new("follow-closed");
    folder.file("trace.bin", &recorded().0);
    for arguments in [&["trace.bin"][..], &["--format", "json", "trace.bin"], &["-q", "trace.bin"]]
    {
        let followed = Follower::of(&folder, arguments).end();
        assert_same_as_later(&folder, &followed, arguments);
    }
}

#[test]
fn a_trace_that_grows_is_followed_to_its_end() {
    let folder = Folder::new("follow-growing");
    let (bytes, _) = recorded();
    let pieces = pieces(&bytes, 1);
    let mut file = create(&folder.0.join("trace.bin"));
    append(&mut file, &pieces[..1]);
    let arguments = ["--format", "json", "trace.bin"];
    let mut follower = Follower::of(&folder, &arguments);
    append(&mut file, &pieces[1..pieces.len() - 1]);
    assert!(follower.still_runs(), "it did not wait for the last byte");
    append(&mut file, &pieces[pieces.len() - 1..]);
    drop(file);
    assert_same_as_later(&folder, &follower.end(), &arguments);
}

#[test]
fn a_trace_that_does_not_exist_yet_is_waited_for() {
    let folder = Folder::new("follow-missing");
    let (bytes, _) = recorded();
    let arguments = ["--format", "json", "trace.bin"];
    let mut follower = Follower::of(&folder, &arguments);
    thread::sleep(Duration::from_millis(300));
    assert!(follower.still_runs(), "it did not wait for the file");
    append(&mut create(&folder.0.join("trace.bin")), &pieces(&bytes, 2));
    assert_same_as_later(&folder, &follower.end(), &arguments);
}

#[test]
fn a_trace_whose_writer_died_is_given_up_and_can_be_priced_in_part() {
    let folder = Folder::new("follow-dead");
    let (bytes, _) = recorded();
    folder.file("cut.bin", &bytes[..bytes.len() - 30]);
    let whole = Follower::of(&folder, &["cut.bin"]);
    let arguments = ["--allow-partial", "cut.bin"];
    let part = Follower::of(&folder, &arguments);
    let (whole, part) = (whole.end(), part.end());
    let complaint = stderr(&whole);
    assert_eq!(whole.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("cut.bin") && complaint.contains("truncated"), "{complaint}");
    assert!(complaint.contains("--allow-partial"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(whole.stdout.is_empty(), "{}", stdout(&whole));
    assert_same_as_later(&folder, &part, &arguments);
    assert!(stdout(&part).contains("incomplete"), "{}", stdout(&part));
}

/// A recording in which nothing happens for a while is not one that was abandoned.
#[cfg(unix)]
#[test]
fn a_writer_that_holds_the_lock_is_waited_for() {
    let folder = Folder::new("follow-pause");
    let (bytes, _) = recorded();
    let (before, behind) = bytes.split_at(bytes.len() * 3 / 4);
    let mut file = create(&folder.0.join("trace.bin"));
    append(&mut file, &[before]);
    let arguments = ["--format", "json", "trace.bin"];
    let mut follower = Follower::of(&folder, &arguments);
    thread::sleep(LONGER_THAN_ITS_PATIENCE);
    assert!(follower.still_runs(), "it gave a trace up that is being written");
    append(&mut file, &[behind]);
    drop(file);
    assert_same_as_later(&folder, &follower.end(), &arguments);
}

#[test]
fn damage_ends_following_at_once_even_if_the_trace_is_being_written() {
    let folder = Folder::new("follow-damage");
    let (bytes, _) = recorded();
    let mut damaged = bytes.clone();
    damaged[bytes.len() * 3 / 4] ^= 0x55;
    // With the lock held, whoever waits for what is to come waits for ever.
    let mut files = Vec::new();
    for (name, contents, words) in [
        ("text.txt", &b"this is no trace"[..], "not a trace"),
        ("damaged.bin", &damaged[..bytes.len() - 30], "corrupt"),
    ] {
        let mut file = create(&folder.0.join(name));
        append(&mut file, &[contents]);
        files.push(file);
        let output = Follower::of(&folder, &[name]).end();
        let complaint = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.starts_with("wf-analyze: error: "), "{complaint}");
        assert!(complaint.contains(name) && complaint.contains(words), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(output.stdout.is_empty(), "{}", stdout(&output));
    }
}

#[test]
fn what_can_not_be_priced_is_refused_as_it_is_later() {
    let folder = Folder::new("follow-foreign");
    folder.file("foreign.bin", &trace_bytes(&program(), &[u32::MAX]));
    let refused = |arguments: &[&str]| {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(output.stdout.is_empty(), "{}", stdout(&output));
        stderr(&output)
    };
    let later = refused(&["foreign.bin"]);
    assert_eq!(later.lines().count(), 1, "{later}");
    assert_eq!(refused(&["--follow", "-q", "foreign.bin"]), later);
    let followed = refused(&["--follow", "foreign.bin"]);
    let warning = followed.strip_suffix(&later).expect("the same error last");
    assert!(warning.starts_with("wf-analyze: warning: while following: "), "{followed}");
}

#[test]
fn standard_input_and_estimates_can_not_be_followed() {
    let folder = Folder::new("follow-stdin");
    let output = Follower::of(&folder, &["-"]).end();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard input can't be followed"), "{}", stderr(&output));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    let output = Follower::of(&folder, &["--approx", "trace.bin"]).end();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
}
