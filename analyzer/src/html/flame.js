// The flame graph: calls from top to bottom, as wide as their fuel, drawn on a canvas. Only what is
// on the screen is drawn and searched for, and nothing recurs on the depth of the tree.

const ROW = 20;
const LEAST_WIDTH = 0.4;
const HUES = [28, 48, 75, 110, 150, 175, 200, 222, 262, 335];

/** The frames with their places: `left` and `width` in parts of the whole, children by fuel. */
function layOut(rows) {
  const frames = rows.map(([parent, kind, name, calls, self, total, contexts, folded], at) => ({
    at,
    parent: at === 0 ? null : parent,
    kind,
    name,
    label: frameLabel(kind, name, contexts, folded),
    calls,
    self,
    total,
    contexts,
    folded,
    children: [],
    depth: 0,
    height: 1,
    left: 0,
    width: 1,
  }));
  const whole = frames[0];
  for (const frame of frames.slice(1)) {
    frame.width = share(frame.total, whole.total);
    frame.depth = frames[frame.parent].depth + 1;
    frames[frame.parent].children.push(frame);
  }
  // Callers stand before what they call, so that one pass in each direction is enough.
  for (const frame of frames) {
    frame.children.sort((a, b) => (a.kind === 'smaller') - (b.kind === 'smaller') ||
      b.width - a.width || a.at - b.at);
    let { left } = frame;
    for (const child of frame.children) {
      child.left = left;
      left += child.width;
    }
  }
  for (const frame of frames.slice(1).reverse()) {
    const above = frames[frame.parent];
    above.height = Math.max(above.height, frame.height + 1);
  }
  return frames;
}

function frameLabel(kind, name, contexts, folded) {
  switch (kind) {
    case 'whole': return 'all calls';
    case 'smaller': return `[${grouped(contexts)} smaller]`;
    case 'deeper': return `[${grouped(contexts)} deeper]`;
    case 'untold': return '[calls not told apart]';
    default: return folded > 0 ? `${nameAt(name)} ↻ ${grouped(folded)}` : nameAt(name);
  }
}

/** What tells functions of one crate or name space from others. */
function hue(frame) {
  if (frame.kind !== 'function') return null;
  const name = nameAt(frame.name);
  const space = /^[^A-Za-z_]*([A-Za-z_]\w*)::/.exec(name);
  let hash = 7;
  for (const letter of space ? space[1] : name) hash = (hash * 31 + letter.codePointAt(0)) % 65521;
  return HUES[hash % HUES.length];
}

/** The flame graph. `codeOf` makes of a name's place what leads to its code, where there is any. */
function flameGraph({ codeOf }) {
  const frames = layOut(data.flame.frames);
  const state = { zoomed: frames[0], before: [], focused: null, hovered: null, matches: null };
  const widths = new Map();
  const picture = element('canvas');
  let paint = null;
  let isAsked = false;
  let isStale = true;

  const canvas = element('canvas', {
    tabindex: '0',
    role: 'application',
    'aria-label': 'Flame graph: arrow keys go from frame to frame, Enter zooms, Escape goes back',
    'aria-describedby': 'flame-status',
    onkeydown: onKey,
    onclick: (event) => {
      const frame = frameUnder(event);
      if (frame !== null) {
        focus(frame);
        zoom(frame);
      }
    },
    onpointermove: (event) => hover(frameUnder(event), event),
    onpointerleave: () => hover(null),
    onfocus: () => focus(state.focused ?? state.zoomed),
    onblur: () => {
      hideTip();
      mark();
    },
  });
  const spacer = element('div', { class: 'flame-rows' }, canvas);
  const view = element('div', { class: 'flame-view', onscroll: () => {
    hideTip();
    draw();
  } }, spacer);
  const tip = element('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
  const path = element('ol', { class: 'path', 'aria-label': 'Zoomed into', id: 'flame-path' });
  const status = element('div', { class: 'status', role: 'status', id: 'flame-status' });
  const matched = element('span', { class: 'tally', role: 'status', id: 'flame-matched' });
  const box = searchBox('Search the flame graph', search);
  const back = element('button', { type: 'button', onclick: zoomOut }, 'Back');
  const reset = element('button', { type: 'button', onclick: () => zoom(frames[0]) }, 'Reset');

  function parentOf(frame) {
    return frame.parent === null ? null : frames[frame.parent];
  }

  function rows() {
    return state.zoomed.height * ROW;
  }

  // Geometry: the zoomed frame is as wide as the canvas and stands in the first row.

  function placeOf(frame) {
    const { zoomed } = state;
    const scale = canvas.clientWidth / zoomed.width;
    return {
      x: (frame.left - zoomed.left) * scale,
      y: (frame.depth - zoomed.depth) * ROW - view.scrollTop,
      width: frame.width * scale,
    };
  }

  /** Calls `take` with each visible frame and its place. */
  function eachVisible(take) {
    const { zoomed } = state;
    // Asking the page for these once for each frame would take longer than drawing it.
    const [scale, top] = [canvas.clientWidth / zoomed.width, view.scrollTop];
    const bottom = canvas.clientHeight;
    const waiting = [zoomed];
    while (waiting.length > 0) {
      const frame = waiting.pop();
      const width = frame.width * scale;
      const y = (frame.depth - zoomed.depth) * ROW - top;
      if (width < LEAST_WIDTH || y > bottom) continue;
      if (y > -ROW) take(frame, (frame.left - zoomed.left) * scale, y, width);
      for (const child of frame.children) waiting.push(child);
    }
  }

  function frameUnder(event) {
    const bounds = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - bounds.top + view.scrollTop) / ROW);
    const { zoomed } = state;
    const at = zoomed.left + ((event.clientX - bounds.left) / bounds.width) * zoomed.width;
    let frame = zoomed;
    for (let depth = 0; depth < row && frame; depth += 1) {
      frame = frame.children.find((child) => at >= child.left && at < child.left + child.width);
    }
    return frame ?? null;
  }

  // Drawing.

  function theme() {
    const names = ['text', 'muted', 'panel', 'line', 'focus', 'match', 'match-text', 'plain-frame'];
    const colours = Object.fromEntries(names.map((name) => [name, colour(name)]));
    return { ...colours, isDark: isDarkTheme() };
  }

  function fillOf(frame) {
    if (state.matches !== null && state.matches.has(frame)) return paint.match;
    frame.hue ??= hue(frame) ?? -1;
    if (frame.hue < 0) return paint['plain-frame'];
    if (state.matches !== null) return paint['plain-frame'];
    return paint.isDark ? `hsl(${frame.hue} 32% 31%)` : `hsl(${frame.hue} 58% 83%)`;
  }

  /** Draws before the browser does, however often it is asked for. */
  function draw() {
    isStale = true;
    mark();
  }

  /** As `draw`, but only the outlines have changed. */
  function mark() {
    if (!isAsked) requestAnimationFrame(drawNow);
    isAsked = true;
  }

  function drawNow() {
    isAsked = false;
    if (spacer.clientWidth === 0) return;
    paint ??= theme();
    if (isStale) drawFrames();
    isStale = false;
    const context = canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0);
    const ratio = window.devicePixelRatio || 1;
    context.scale(ratio, ratio);
    const marked = [[state.hovered, 1], [state.focused, 2]];
    for (const [frame, line] of marked) if (frame !== null) outline(context, frame, line);
  }

  /** All frames, without outlines, on a canvas that is not on the page. */
  function drawFrames() {
    spacer.style.height = `${rows()}px`;
    const height = Math.min(rows(), view.clientHeight);
    const ratio = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    for (const sized of [canvas, picture]) {
      sized.width = Math.round(spacer.clientWidth * ratio);
      sized.height = Math.max(1, Math.round(height * ratio));
    }
    const context = picture.getContext('2d');
    context.scale(ratio, ratio);
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    eachVisible((frame, x, y, width) => drawFrame(context, frame, x, y, width));
  }

  function drawFrame(context, frame, x, y, width) {
    const gap = width > 3 ? 1 : 0;
    context.fillStyle = fillOf(frame);
    context.fillRect(x, y, Math.max(width - gap, LEAST_WIDTH), ROW - 1);
    if (width < 24) return;
    const isMatch = state.matches !== null && state.matches.has(frame);
    const isDim = state.matches !== null && !isMatch;
    const text = fitting(context, frame.label, width - 9);
    context.fillStyle = isMatch ? paint['match-text'] : isDim ? paint.muted : paint.text;
    if (text !== '') context.fillText(text, x + 4, y + ROW / 2);
  }

  /** As much of `label` as fits. */
  function fitting(context, label, width) {
    let full = widths.get(label);
    if (full === undefined) {
      full = context.measureText(label).width;
      widths.set(label, full);
    }
    if (full <= width) return label;
    let letters = Math.floor((width / full) * label.length);
    while (letters > 1 && context.measureText(`${label.slice(0, letters)}…`).width > width) {
      letters -= 1;
    }
    return letters < 2 ? '' : `${label.slice(0, letters)}…`;
  }

  function outline(context, frame, line) {
    const { x, y, width } = placeOf(frame);
    if (document.activeElement !== canvas && line === 2) return;
    context.strokeStyle = line === 2 ? paint.focus : paint.text;
    context.lineWidth = line;
    context.strokeRect(x + line / 2, y + line / 2, Math.max(width - line - 1, 2), ROW - 1 - line);
  }

  // Zooming.

  function zoom(frame, isReturn = false) {
    if (frame === state.zoomed) return;
    if (!isReturn) state.before = frame === frames[0] ? [] : [...state.before, state.zoomed];
    state.zoomed = frame;
    spacer.style.height = `${rows()}px`;
    view.scrollTop = 0;
    if (state.focused !== null && !isBelow(state.focused, frame)) state.focused = frame;
    hideTip();
    describe(state.focused ?? frame);
    showPath();
    showMatched();
    draw();
  }

  function zoomOut() {
    const previous = state.before.pop() ?? frames[0];
    zoom(previous, true);
  }

  function isBelow(frame, above) {
    let at = frame;
    while (at !== null && at.depth > above.depth) at = parentOf(at);
    return at === above;
  }

  /** The frames above the zoomed one as buttons; the middle of a long chain is left out. */
  function showPath() {
    const chain = [];
    for (let at = state.zoomed; at !== null; at = parentOf(at)) chain.unshift(at);
    const [first, last] = [2, 4];
    const cut = chain.length > first + last + 1;
    const shown = cut ? [...chain.slice(0, first), null, ...chain.slice(-last)] : chain;
    path.replaceChildren(...shown.map((frame) => {
      if (frame === null) {
        return element('li', {}, `… ${chain.length - first - last} more …`);
      }
      const isHere = frame === state.zoomed;
      return element('li', {}, element('button', {
        type: 'button',
        class: 'link',
        title: frame.label,
        'aria-current': isHere ? 'true' : null,
        onclick: () => zoom(frame),
      }, frame.label));
    }));
    back.disabled = state.zoomed === frames[0];
    reset.disabled = state.zoomed === frames[0];
  }

  // Searching.

  function search(matches) {
    const found = (frame) => frame.kind === 'function' && matches(nameAt(frame.name));
    state.matches = matches === null ? null : new Set(frames.filter(found));
    showMatched();
    draw();
  }

  /** Fuel below the topmost matching frames, each counted once. */
  function showMatched() {
    const { matches, zoomed } = state;
    matched.textContent = '';
    if (matches === null) return;
    let [fuel, count] = [0n, 0];
    const waiting = [[zoomed, false]];
    while (waiting.length > 0) {
      const [frame, isCovered] = waiting.pop();
      const isMatch = matches.has(frame);
      count += isMatch ? 1 : 0;
      if (isMatch && !isCovered) fuel += BigInt(frame.total);
      for (const child of frame.children) waiting.push([child, isCovered || isMatch]);
    }
    const where = zoomed === frames[0] ? 'of all fuel' : 'of the frame in view';
    matched.textContent =
      `${counted(count, 'frame')}: ${percent(share(String(fuel), zoomed.total))} ${where}`;
  }

  // Reading.

  function focus(frame) {
    state.focused = frame;
    const top = (frame.depth - state.zoomed.depth) * ROW;
    if (top < view.scrollTop) view.scrollTop = top;
    const bottom = top + ROW - view.clientHeight;
    if (bottom > view.scrollTop) view.scrollTop = bottom;
    describe(frame);
    mark();
  }

  function facts(frame) {
    const facts = [
      ['total', `${grouped(frame.total)} (${percent(share(frame.total, frames[0].total))} of ` +
        `all${state.zoomed === frames[0] ? '' : `, ${percent(share(frame.total,
          state.zoomed.total))} of the frame in view`})`],
      ['self', `${grouped(frame.self)} (${percent(share(frame.self, frames[0].total))} of all)`],
    ];
    if (frame.kind !== 'whole') facts.push(['calls', grouped(frame.calls)]);
    if (frame.folded > 0) facts.push(['recursion', `${grouped(frame.folded)} deeper calls of ` +
      'itself count here']);
    return facts;
  }

  function describe(frame) {
    const parts = facts(frame).map(([name, value]) =>
      element('span', { class: 'fact' }, element('b', {}, name), ` ${value}`));
    const code = frame.kind === 'function' ? codeOf(frame.name) : null;
    status.replaceChildren(element('strong', { title: frame.label }, frame.label), ...parts,
      ...(code ? [code] : []));
  }

  function hover(frame, event) {
    if (frame !== state.hovered) {
      state.hovered = frame;
      mark();
    }
    describe(frame ?? state.focused ?? state.zoomed);
    if (frame === null) hideTip();
    else showTip(frame, event.clientX + 14, event.clientY + 18);
  }

  function showTip(frame, x, y) {
    tip.replaceChildren(element('strong', {}, frame.label), element('dl', {},
      ...facts(frame).flatMap(([name, value]) => [element('dt', {}, name),
        element('dd', {}, value)])));
    tip.hidden = false;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(x, room))}px`;
    const isLow = y + tip.offsetHeight > window.innerHeight - 8;
    tip.style.top = `${isLow ? Math.max(8, y - tip.offsetHeight - 34) : y}px`;
  }

  function hideTip() {
    tip.hidden = true;
  }

  // The keyboard.

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const frame = state.focused ?? state.zoomed;
    const above = parentOf(frame);
    const siblings = above === null ? [frame] : above.children;
    const next = {
      ArrowDown: frame.children[0],
      ArrowUp: above,
      ArrowLeft: siblings[siblings.indexOf(frame) - 1],
      ArrowRight: siblings[siblings.indexOf(frame) + 1],
    };
    if (event.key in next) move(next[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') zoom(frame);
    else if (event.key === 'Escape' || event.key === 'Backspace') zoomOut();
    else if (event.key === 'Home') zoom(frames[0]);
    else return;
    event.preventDefault();
  }

  /** Goes to `frame`; where it is out of view, the view goes with it. */
  function move(frame) {
    if (!frame) return;
    if (!isBelow(frame, state.zoomed)) zoom(parentOf(frame) ?? frame);
    focus(frame);
    const { x, y, width } = placeOf(frame);
    const bounds = canvas.getBoundingClientRect();
    // Some rows below, so that what it calls can be seen.
    const below = bounds.top + y + ROW * 3.5;
    showTip(frame, bounds.left + Math.max(0, x) + Math.min(width, 40) / 2, below);
  }

  function repaint() {
    paint = null;
    isStale = true;
    drawNow();
  }

  new ResizeObserver(draw).observe(spacer);
  showPath();
  describe(frames[0]);
  return {
    node: element('div', { class: 'flame' },
      element('div', { class: 'tools' }, box.node, back, reset, matched),
      path, view, status, tip),
    search: box,
    repaint,
  };
}
