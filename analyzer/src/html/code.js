// The code of the functions with most fuel, each operator with what it cost.

const FIRST_LINES = 400;

/** One function that can be opened; its lines are made when it is. */
function codeBlock(code, isOpen) {
  const [OPERATOR, DEPTH, TEXT, COUNT, FUEL, FILE, LINE] = [0, 1, 2, 3, 4, 5, 6];
  const whole = data.functions.find(([name]) => name === code.name)?.[2] ?? '0';
  const most = code.lines.reduce((most, line) => Math.max(most, Number(line[FUEL])), 0);
  const hasSource = code.lines.some((line) => line[FILE] !== null);
  const body = element('tbody');
  const more = element('button', { type: 'button', class: 'more', onclick: () => append() });
  let shown = 0;

  function append() {
    const from = shown;
    shown = Math.min(code.lines.length, shown + FIRST_LINES);
    body.append(...code.lines.slice(from, shown).map((line, at) => row(line, from + at)));
    more.hidden = shown === code.lines.length;
    more.textContent = `Show ${grouped(Math.min(FIRST_LINES, code.lines.length - shown))} more`;
  }

  function row(line, at) {
    const heat = most === 0 ? 0 : Number(line[FUEL]) / most;
    const part = share(line[FUEL], whole);
    const text = element('code', {}, line[TEXT]);
    text.style.setProperty('--depth', String(Math.min(line[DEPTH], 24)));
    return element('tr', { class: line[COUNT] === '0' ? 'cold' : null },
      element('td', { class: 'number' }, String(line[OPERATOR])),
      element('td', { class: 'text' }, text),
      element('td', { class: 'number' }, bar(heat, line[FUEL] === '0' ? '' : percent(part))),
      element('td', { class: 'number' }, grouped(line[FUEL])),
      element('td', { class: 'number' }, grouped(line[COUNT])),
      hasSource ? sourceCell(line, code.lines[at - 1]) : null);
  }

  /** Where the line comes from, unless the line before says so already. */
  function sourceCell(line, before) {
    const isSame = before && before[FILE] === line[FILE] && before[LINE] === line[LINE];
    if (line[FILE] === null || isSame) return element('td', { class: 'text source' });
    const path = data.files[line[FILE]];
    const file = path.split(/[\\/]/).at(-1);
    return element('td', { class: 'text source', title: `${path}:${line[LINE]}` },
      `${file}:${line[LINE]}`);
  }

  const heads = [['#', 'number'], ['Operator', 'text'], ['Share', 'number'], ['Fuel', 'number'],
    ['Count', 'number'], ...(hasSource ? [['Source', 'text']] : [])];
  const head = element('tr', {}, ...heads.map(([label, kind]) =>
    element('th', { scope: 'col', class: kind }, label)));
  const name = nameAt(code.name);
  const block = element('details', { class: 'code', id: `code-${data.names[code.name][0]}`,
    ontoggle: () => {
      if (block.open && shown === 0) append();
    } },
  element('summary', {}, element('span', { class: 'name', title: name }, name),
    element('span', { class: 'sum' },
      `${percent(share(whole, data.summary.total))} of all fuel`)),
  element('div', {
    class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Code of ${name}`,
  }, element('table', {}, element('thead', {}, head), body)),
  more,
  code.is_cut ? element('p', { class: 'note' }, 'The function has more operators than are shown.')
    : null);
  block.open = isOpen;
  return block;
}

/** All code, and `show`, which opens that of the function whose name is at a place. */
function codeBlocks() {
  const blocks = new Map(data.code.map((code, at) => [code.name, codeBlock(code, at === 0)]));

  function show(name) {
    const block = blocks.get(name);
    block.open = true;
    block.scrollIntoView({ block: 'start' });
    block.querySelector('summary').focus({ preventScroll: true });
  }

  return { nodes: [...blocks.values()], has: (name) => blocks.has(name), show };
}
