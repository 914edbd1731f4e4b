// Tables of any length: sorted by any column, searched, and shown a part at a time.

const FIRST_ROWS = 200;
const MORE_ROWS = 1000;

/**
 * A table of `rows`.
 *
 * A column has a `label`, a `hint`, and of a row: `value` (what it is sorted by: digits, a number,
 * or text; `null` comes last), `cell` (what it shows), and `part` (from 0 to 1) if it shows a bar.
 * `text` is the text of a row that is searched.
 */
function table({ label, thing, columns, rows, text, sortedBy }) {
  const state = { column: sortedBy, descending: true, shown: FIRST_ROWS, rows };
  const head = element('tr');
  const body = element('tbody');
  const tally = element('span', { class: 'tally', role: 'status' });
  const more = element('button', { type: 'button', class: 'more', onclick: showMore });
  const buttons = columns.map(headButton);

  function headButton(column, at) {
    const button = element(
      'button',
      { type: 'button', title: column.hint, onclick: () => sort(at) },
      column.label,
    );
    const arrow = element('span', { class: 'arrow', 'aria-hidden': 'true' });
    if (column.isText) button.append(arrow);
    else button.prepend(arrow);
    head.append(element('th', { scope: 'col', class: kind(column) }, button));
    return button;
  }

  function sort(at) {
    const again = state.column === at;
    state.descending = again ? !state.descending : !columns[at].isText;
    state.column = at;
    order();
    show();
  }

  function order() {
    const column = columns[state.column];
    const sign = state.descending ? -1 : 1;
    const keyed = state.rows.map((row, at) => ({ row, at, key: column.value(row) }));
    keyed.sort((left, right) => compareKeys(left.key, right.key, sign, column) ||
      left.at - right.at);
    state.rows = keyed.map(({ row }) => row);
  }

  function search(matches) {
    state.rows = matches === null ? rows : rows.filter((row) => matches(text(row)));
    state.shown = FIRST_ROWS;
    order();
    show();
  }

  function show() {
    body.replaceChildren();
    columns.forEach((column, at) => {
      const isSorted = at === state.column;
      const direction = state.descending ? 'descending' : 'ascending';
      buttons[at].parentElement.setAttribute('aria-sort', isSorted ? direction : 'none');
    });
    append(0);
  }

  function append(from) {
    const fragment = document.createDocumentFragment();
    for (const row of state.rows.slice(from, state.shown)) {
      fragment.append(element('tr', {}, ...columns.map((column) => cell(column, row))));
    }
    body.append(fragment);
    const hidden = state.rows.length - Math.min(state.shown, state.rows.length);
    more.hidden = hidden === 0;
    more.textContent = `Show ${grouped(Math.min(hidden, MORE_ROWS))} more`;
    const found = state.rows.length === rows.length
      ? counted(rows.length, thing)
      : `${grouped(state.rows.length)} of ${counted(rows.length, thing)}`;
    tally.textContent = hidden === 0 ? found : `${found}, ${grouped(state.shown)} shown`;
  }

  function showMore() {
    const from = state.shown;
    state.shown += MORE_ROWS;
    append(from);
    if (more.hidden) body.rows[from].querySelector('button, a')?.focus();
  }

  const box = searchBox(`Search ${label.toLowerCase()}`, search);
  const grid = element(
    'table',
    {},
    element('caption', { class: 'unseen' }, label),
    element('thead', {}, head),
    body,
  );
  order();
  show();
  const tools = element('div', { class: 'tools' }, rows.length > 1 ? box.node : null, tally);
  const frame = element('div', { class: 'scroll', tabindex: '0', role: 'region',
    'aria-label': label }, grid);
  return { node: element('div', {}, tools, frame, more), search: box };
}

function kind(column) {
  return column.isText ? 'text' : 'number';
}

function cell(column, row) {
  const shown = column.cell(row);
  const content = column.part ? bar(column.part(row), shown) : shown;
  const title = column.title ? column.title(row) : null;
  return element('td', { class: kind(column), title }, content);
}

/** `null` comes last whatever the direction. */
function compareKeys(left, right, sign, column) {
  if (left === null || right === null) return (left === null) - (right === null);
  if (column.isText) return sign * (left < right ? -1 : left > right ? 1 : 0);
  if (typeof left === 'string') return sign * compareDigits(left, right);
  return sign * (left - right);
}

/** A column of digits. */
function digits(label, hint, value) {
  return {
    label,
    hint,
    value,
    cell: (row) => (value(row) === null ? '–' : grouped(value(row))),
  };
}

/** A column of shares of `whole`, with bars. */
function shares(label, hint, value, whole) {
  const part = (row) => (value(row) === null ? 0 : share(value(row), whole));
  return {
    label,
    hint,
    value,
    part,
    cell: (row) => (value(row) === null ? '–' : percent(part(row))),
  };
}

/** A column of quotients. */
function quotients(label, hint, dividend, divisor) {
  return {
    label,
    hint,
    value: (row) => (divisor(row) === '0' ? null : share(dividend(row), divisor(row))),
    cell: (row) => quotient(dividend(row), divisor(row)),
  };
}

/** Columns of an interval: where there is no upper end, it says so. */
function intervals(label, hint, ends) {
  const end = (row, at) => (ends(row) === null ? null : ends(row)[at]);
  const high = digits(`${label} ≤`, `At most: ${hint}`, (row) => end(row, 1));
  return [
    digits(`${label} ≥`, `At least: ${hint}`, (row) => end(row, 0)),
    { ...high, cell: (row) => (ends(row) && end(row, 1) === null ? 'no bound' : high.cell(row)) },
  ];
}

/** Functions, loops and classes of operators. `named` makes the cell of a function's name. */
function functionTable(named) {
  const [NAME, CALLS, SELF, TOTAL, INTERVAL] = [0, 1, 2, 3, 4];
  const whole = data.summary.total;
  const rows = data.functions;
  const self = (row) => row[SELF];
  const total = (row) => row[TOTAL];
  const ends = (row) => row[INTERVAL] && row[INTERVAL][1];
  const hasTotals = rows.some((row) => total(row) !== null);
  const columns = [
    { ...nameColumn(NAME), cell: (row) => named(row[NAME]) },
    shares('Self %', 'Fuel of its own operators, of all fuel', self, whole),
    digits('Self', 'Fuel of its own operators', self),
    ...(hasTotals ? [
      shares('Total %', 'Fuel with all that it called, of all fuel', total, whole),
      digits('Total', 'Fuel with all that it called; recursion counts once', total),
    ] : []),
    ...(data.summary.is_estimate ? intervals('Self', 'fuel of its own operators', ends) : []),
    digits('Calls', 'How often it was entered', (row) => row[CALLS]),
    quotients('Self / call', 'Fuel of its own operators for each call', self,
      (row) => row[CALLS]),
  ];
  return table({
    label: 'Functions', thing: 'function', columns, rows, text: (row) => nameAt(row[NAME]),
    sortedBy: 1,
  });
}

function loopTable(named) {
  const [NAME, OPERATOR, ITERATIONS, FUEL, INTERVAL] = [0, 1, 2, 3, 4];
  const fuel = (row) => row[FUEL];
  const ends = (row) => row[INTERVAL] && row[INTERVAL][1];
  const columns = [
    { ...nameColumn(NAME), cell: (row) => named(row[NAME]) },
    { ...digits('Operator', 'Index of the loop operator in the function', (row) => row[OPERATOR]),
      cell: (row) => String(row[OPERATOR]) },
    shares('Self %', 'Fuel of its operators without inner loops, of all fuel', fuel,
      data.summary.total),
    digits('Self', 'Fuel of its operators without inner loops', fuel),
    ...(data.summary.is_estimate ? intervals('Self', 'fuel of its operators', ends) : []),
    digits('Iterations', 'How often its header was reached', (row) => row[ITERATIONS]),
    quotients('Self / iteration', 'Fuel for each iteration', fuel, (row) => row[ITERATIONS]),
  ];
  return table({
    label: 'Loops', thing: 'loop', columns, rows: data.loops, text: (row) => nameAt(row[NAME]),
    sortedBy: 2,
  });
}

/** Classes of operators; those of `rest` are no operators, and are marked. */
function operatorTable() {
  const rows = [
    ...data.operators.map((row) => [...row, false]),
    ...data.rest.map((row) => [...row, true]),
  ].filter((row) => row[1] !== '0' || row[2] !== '0');
  const columns = [
    {
      label: 'Class', hint: 'Class of operators', isText: true, value: (row) => row[0],
      cell: (row) => element('span', {}, row[0],
        row[3] ? element('span', { class: 'tag' }, 'no operator') : null),
    },
    shares('Share', 'Of all fuel', (row) => row[2], data.summary.total),
    digits('Fuel', 'What they cost', (row) => row[2]),
    digits('Count', 'How many were executed', (row) => row[1]),
    quotients('Fuel each', 'Fuel for each of them', (row) => row[2], (row) => row[1]),
  ];
  return table({
    label: 'Operators', thing: 'kind', columns, rows, text: (row) => row[0], sortedBy: 1,
  });
}

function nameColumn(at) {
  return {
    label: 'Function',
    hint: 'Name of the function',
    isText: true,
    value: (row) => nameAt(row[at]).toLowerCase(),
    title: (row) => `${nameAt(row[at])} (function ${data.names[row[at]][0]})`,
  };
}
