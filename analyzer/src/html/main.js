// The page: its sections in order, what leads from one to another, and the theme.

const repaints = [];

function isDarkTheme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function section(id, title, explanation, ...content) {
  const labelled = { id, 'aria-labelledby': `${id}-title` };
  document.getElementById('main').append(element('section', labelled,
    element('h2', { id: `${id}-title`, tabindex: '-1' }, title),
    explanation ? element('p', { class: 'explanation' }, explanation) : null,
    ...content));
  document.getElementById('sections').append(element('a', { href: `#${id}` }, title));
}

/** A section without data says why, in a line. */
function empty(id, title, why) {
  section(id, title, null, element('p', { class: 'note' }, why));
}

function summary() {
  const { program, total, relation, badges, facts, notes } = data.summary;
  const labels = { fuel: 'Fuel', outcome: 'Outcome', time: 'Time', model: 'Cost model',
    trace: 'Trace', sample: 'Sample', bounds: 'Bounds' };
  const list = facts.map(([label, value]) => [labels[label] ?? label, value]);
  const head = element('div', { class: 'head' },
    element('h1', { title: program }, program || 'Fuel report'),
    ...badges.map((badge) => element('span', { class: `badge ${badge.tone}` }, badge.text)));
  document.getElementById('main').append(element('section', { id: 'summary' }, head,
    element('p', { class: 'total' }, element('b', {}, relation, grouped(total)), ' fuel'),
    element('dl', { class: 'facts' }, ...list.flatMap(([label, value]) =>
      [element('dt', {}, label), element('dd', {}, value)])),
    notes.length > 0
      ? element('ul', { class: 'notes', 'aria-label': 'Notes' },
        ...notes.map((note) => element('li', {}, note)))
      : null));
  document.getElementById('sections').append(element('a', { href: '#summary' }, 'Summary'));
  document.title = `${program ? `${program} – ` : ''}fuel report`;
}

function sections() {
  const code = codeBlocks();
  const codeLink = (name) => (code.has(name)
    ? element('button', { type: 'button', class: 'link code-link', onclick: () => code.show(name),
      'aria-label': `Code of ${nameAt(name)}` }, 'code')
    : null);
  const flame = data.flame.missing ? null : flameGraph({ codeOf: codeLink });

  /** A name, which leads to its frames and its code where there are any. */
  function named(name) {
    const shown = flame === null
      ? element('span', { class: 'name' }, nameAt(name))
      : element('button', { type: 'button', class: 'link name', onclick: () => {
        flame.search.set(exactly(nameAt(name)));
        document.getElementById('flame').scrollIntoView({ block: 'start' });
        flame.search.input.focus({ preventScroll: true });
      } }, nameAt(name));
    return element('span', { class: 'named' }, shown, codeLink(name));
  }

  summary();
  if (data.timeline) {
    section('time', 'Over time', null, timeChart());
  } else {
    empty('time', 'Over time', 'No chart: what was spent when is not known.');
  }
  if (flame) {
    repaints.push(flame.repaint);
    const notes = data.flame.left_out.map((sentence) => element('li', {}, sentence));
    section('flame', 'Flame graph',
      'Callers above, as wide as their fuel. Click or Enter zooms in, Escape goes back, arrow ' +
      'keys go from frame to frame.',
      flame.node,
      notes.length > 0 ? element('ul', { class: 'left-out' }, ...notes) : null);
  } else {
    empty('flame', 'Flame graph', `No flame graph: ${data.flame.missing}.`);
  }
  const unknown = data.functions.length === 0 ? 'No operator ran.'
    : 'Not known: it takes all events, each of them priced.';
  const tables = [
    ['functions', 'Functions', data.functions, () => functionTable(named), 'No function ran.'],
    ['loops', 'Loops', data.loops, () => loopTable(named), 'No loop was entered.'],
    ['operators', 'Operators', [...data.operators, ...data.rest], () => operatorTable(), unknown],
  ];
  for (const [id, title, rows, make, why] of tables) {
    if (rows.length > 0) section(id, title, null, make().node);
    else empty(id, title, why);
  }
  if (code.nodes.length > 0) {
    section('code', 'Code', 'The functions with most fuel, operator by operator. Shares are of ' +
      'the function’s own fuel, which has its entries, bytes and elements as well.',
    ...code.nodes);
  } else {
    empty('code', 'Code', unknown);
  }
}

/** The button names the theme that it leads to; a choice is kept if the browser lets it be. */
function themes() {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = (change) => {
    try {
      return change(localStorage);
    } catch {
      return null;
    }
  };
  const show = () => {
    button.textContent = isDarkTheme() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `${button.textContent} theme`);
    for (const repaint of repaints) repaint();
  };
  const kept = stored((storage) => storage.getItem('wf-theme'));
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
  button.addEventListener('click', () => {
    root.dataset.theme = isDarkTheme() ? 'light' : 'dark';
    stored((storage) => storage.setItem('wf-theme', root.dataset.theme));
    show();
  });
  system.addEventListener('change', show);
  show();
}

/** `/` goes to the search box of the section that is on the screen. */
function shortcuts() {
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const boxes = [...document.querySelectorAll('input[type=search]')];
    const distance = (box) => Math.abs(box.getBoundingClientRect().top - window.innerHeight / 4);
    boxes.sort((left, right) => distance(left) - distance(right));
    if (boxes.length === 0) return;
    event.preventDefault();
    boxes[0].focus();
  });
  // What is folded away can't be unfolded on paper, and a canvas keeps its colours.
  const theme = { chosen: undefined };
  window.addEventListener('beforeprint', () => {
    theme.chosen = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    for (const repaint of repaints) repaint();
  });
  window.addEventListener('afterprint', () => {
    if (theme.chosen) document.documentElement.dataset.theme = theme.chosen;
    else delete document.documentElement.dataset.theme;
    for (const repaint of repaints) repaint();
  });
}

function footer() {
  document.getElementById('footer').append(
    `wf-analyze ${data.summary.version}. Press / to search. This file is complete in itself and ` +
    'makes no request.');
}

sections();
footer();
themes();
shortcuts();
