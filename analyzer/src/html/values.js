'use strict';

// The data of the page, and how its values are written. Fuel and counts are strings of digits: they
// may exceed what a number holds exactly. Numbers are made of them for geometry and shares only.

const data = JSON.parse(document.getElementById('data').textContent);

/** Digits in groups of three. */
function grouped(digits) {
  return String(digits).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Order of two non-negative integers that are given by their digits. */
function compareDigits(left, right) {
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}

/** A share as a percentage, with two digits that count where it is small. Doesn't break. */
function percent(share) {
  const value = share * 100;
  if (!Number.isFinite(value)) return '–';
  const digits = value >= 0.1 ? 1 : 1 - Math.floor(Math.log10(value));
  if (value === 0) return '0\u00a0%';
  return value < 0.0001 ? '<\u00a00.0001\u00a0%' : `${value.toFixed(digits)}\u00a0%`;
}

/** `part` of `whole`, both digits, as a number; 0 of nothing. */
function share(part, whole) {
  return whole === '0' ? 0 : Number(part) / Number(whole);
}

/** The quotient of two integers given by their digits: exact, with one decimal if it is small. */
function quotient(dividend, divisor) {
  if (divisor === '0') return '–';
  const tenths = (BigInt(dividend) * 10n) / BigInt(divisor);
  const whole = String(tenths / 10n);
  return tenths < 1000n && tenths % 10n !== 0n ? `${whole}.${tenths % 10n}` : grouped(whole);
}

/** A number with three digits and a decimal prefix. */
function short(value) {
  const prefixes = ['', ' k', ' M', ' G', ' T', ' P', ' E'];
  let step = 0;
  let scaled = value;
  while (scaled >= 999.5 && step + 1 < prefixes.length) {
    scaled /= 1000;
    step += 1;
  }
  if (scaled >= 999.5) return value.toExponential(2);
  const digits = step === 0 && Number.isInteger(scaled) ? 0 : 2 - Math.floor(Math.log10(scaled));
  return `${scaled === 0 ? 0 : scaled.toFixed(Math.max(0, Math.min(2, digits)))}${prefixes[step]}`;
}

/** Nanoseconds with a unit. */
function duration(ns) {
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]]) {
    if (ns >= size) return `${Number((ns / size).toPrecision(4))} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}

/** `count` things, in words. */
function counted(count, thing) {
  return `${grouped(count)} ${thing}${String(count) === '1' ? '' : 's'}`;
}

/** Name of the function at `place` in the list of names. */
function nameAt(place) {
  return data.names[place][1];
}

/**
 * An element. Strings among the children become text, never markup. Properties whose name starts
 * with `on` are listeners, `class` and the rest attributes; `true` is an attribute without a value,
 * `false`, `null` and `undefined` are none.
 */
function element(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** An element of a drawing. */
function shape(tag, properties = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A bar as wide as `part` of its column, from 0 to 1. */
function bar(part, ...children) {
  const node = element('span', { class: 'bar' }, ...children);
  node.style.setProperty('--part', String(Math.max(0, Math.min(1, part))));
  return node;
}

/** A colour of the style sheet as a value that a canvas takes. */
function colour(name) {
  const probe = element('span', { hidden: true });
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * What a search box asks for: a test of a text, `null` for an empty box. `/x/` is a regular
 * expression, everything else plain text of which capitals don't matter. Throws what the expression
 * is wrong in.
 */
function matcher(query) {
  const text = query.trim();
  if (text === '') return null;
  const expression = /^\/(.+)\/([imsu]*)$/.exec(text);
  if (expression) {
    const found = new RegExp(expression[1], expression[2]);
    return (name) => found.test(name);
  }
  const plain = text.toLowerCase();
  return (name) => name.toLowerCase().includes(plain);
}

/**
 * A search box. Calls `found` with the test a moment after the last key; an invalid expression is
 * said and changes nothing.
 */
function searchBox(label, found) {
  let waiting = 0;
  const problem = element('span', { class: 'problem', role: 'status' });
  const input = element('input', {
    type: 'search',
    'aria-label': label,
    placeholder: 'Search: text or /regex/',
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 120);
    },
    onkeydown: (event) => {
      if (event.key === 'Escape' && input.value !== '') set('');
      else if (event.key === 'Enter') search();
      else return;
      event.preventDefault();
    },
  });

  function search() {
    clearTimeout(waiting);
    try {
      found(matcher(input.value));
      problem.textContent = '';
      input.removeAttribute('aria-invalid');
    } catch {
      problem.textContent = 'not a regular expression';
      input.setAttribute('aria-invalid', 'true');
    }
  }

  function set(text) {
    input.value = text;
    search();
  }

  return { node: element('span', { class: 'search' }, input, problem), input, set };
}

/** The expression that finds `name` alone. */
function exactly(name) {
  return `/^${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`;
}
