// Fuel against time: the rate as an area, and the sum so far as a line if asked for.

const CHART = { height: 230, left: 64, right: 64, top: 26, bottom: 34 };

/** A round number of which four to eight make `most`. */
function roundStep(most) {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return power * ([1, 2, 5].find((step) => most / (step * power) <= 6) ?? 10);
}

function ticks(most) {
  if (!(most > 0)) return [0];
  const step = roundStep(most);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

/** The chart of the timeline. */
function timeChart() {
  const { streams, by_stream: byStream } = data.timeline;
  const [start, end] = [Number(data.timeline.start_ns), Number(data.timeline.end_ns)];
  const seconds = (end - start) / data.timeline.fuel.length / 1e9;
  const series = (fuel) => {
    const [rates, sums] = [fuel.map((amount) => Number(amount) / seconds), runningSums(fuel)];
    return { fuel, rates, sums, whole: Number(sums.at(-1)), most: Math.max(...rates) };
  };
  const all = series(data.timeline.fuel);
  const state = { point: null, cumulative: false, stream: null };
  let { fuel, rates, sums, whole, most } = all;

  const drawing = shape('svg', {
    role: 'application',
    tabindex: '0',
    'aria-label': 'Fuel per second against time: the arrow keys go from point to point',
    'aria-describedby': 'time-status',
    onpointermove: (event) => read(pointAt(event.clientX)),
    onpointerdown: (event) => read(pointAt(event.clientX)),
    onpointerleave: () => read(null),
    onkeydown: onKey,
    onblur: () => read(null),
  });
  const marker = shape('line', { class: 'marker' });
  const status = element('div', { class: 'status', role: 'status', id: 'time-status' });
  const toggle = element('input', { type: 'checkbox', onchange: () => {
    state.cumulative = toggle.checked;
    draw();
  } });

  /** All streams, or the one at `place`. */
  function choose(place) {
    state.stream = place === '' ? null : byStream[place][0];
    ({ fuel, rates, sums, whole, most } = place === '' ? all : series(byStream[place][1]));
    draw();
    describe();
  }

  const choice = element('select', { onchange: () => choose(choice.value) },
    element('option', { value: '' }, 'all streams'),
    ...byStream.map(([number], at) => element('option', { value: at }, `stream ${number}`)));

  const inner = () => Math.max(80, drawing.clientWidth - CHART.left - rightMargin());
  const rightMargin = () => (state.cumulative ? CHART.right : 14);
  const xOf = (point) => CHART.left + (point / fuel.length) * inner();
  const yOf = (part) => {
    const height = CHART.height - CHART.top - CHART.bottom;
    return CHART.top + height * (1 - part);
  };

  function pointAt(clientX) {
    const x = clientX - drawing.getBoundingClientRect().left - CHART.left;
    const point = Math.floor((x / inner()) * fuel.length);
    return point < 0 || point >= fuel.length ? null : point;
  }

  function draw() {
    if (drawing.clientWidth === 0) return;
    const top = ticks(most * 1.02).at(-1) > most ? ticks(most * 1.02).at(-1) : most * 1.04 || 1;
    drawing.replaceChildren(...rateAxis(top), ...timeAxis(), area(top),
      ...(state.cumulative ? sumAxis() : []), marker);
    mark();
  }

  function area(top) {
    const steps = rates.map((rate, at) =>
      `V${yOf(rate / top).toFixed(1)}H${xOf(at + 1).toFixed(1)}`);
    return shape('path', { class: 'area', d: `M${xOf(0)} ${yOf(0)}${steps.join('')}V${yOf(0)}Z` });
  }

  function rateAxis(top) {
    return ticks(top).flatMap((rate) => {
      const y = yOf(rate / top);
      return [
        shape('line', { class: 'grid', x1: xOf(0), x2: xOf(fuel.length), y1: y, y2: y }),
        shape('text', { class: 'axis', x: CHART.left - 8, y: y + 4, 'text-anchor': 'end' },
          short(rate).replace(/\.0+(?!\d)/, '')),
      ];
    }).concat(shape('text', {
      class: 'axis', x: CHART.left - 8, y: 12, 'text-anchor': 'end',
    }, 'fuel/s'));
  }

  function timeAxis() {
    const y = CHART.height - CHART.bottom;
    const step = roundStep(((end - start) * 90 * 4) / inner() || 1);
    const first = Math.ceil(start / step);
    const count = Math.max(0, Math.floor(end / step) - first + 1);
    return Array.from({ length: Math.min(count, 50) }, (_, at) => (first + at) * step)
      .flatMap((ns) => {
        const x = xOf(((ns - start) / (end - start)) * fuel.length);
        const isLast = x > xOf(fuel.length) - 20;
        return [
          shape('line', { class: 'tick', x1: x, x2: x, y1: y, y2: y + 5 }),
          shape('text', { class: 'axis', x, y: y + 18,
            'text-anchor': isLast ? 'end' : 'middle' }, duration(ns)),
        ];
      });
  }

  function sumAxis() {
    const line = sums.map((sum, at) =>
      `L${xOf(at + 1).toFixed(1)} ${yOf(Number(sum) / whole || 0).toFixed(1)}`);
    const labels = [0, 0.5, 1].map((part) => shape('text', {
      class: 'axis', x: xOf(fuel.length) + 8, y: yOf(part) + 4,
    }, `${part * 100} %`));
    return [shape('path', { class: 'sum', d: `M${xOf(0)} ${yOf(0)}${line.join('')}` }), ...labels];
  }

  function mark() {
    marker.setAttribute('visibility', state.point === null ? 'hidden' : 'visible');
    if (state.point === null) return;
    const x = xOf(state.point + 0.5);
    for (const [name, value] of [['x1', x], ['x2', x], ['y1', yOf(1)], ['y2', yOf(0)]]) {
      marker.setAttribute(name, value);
    }
  }

  function read(point) {
    state.point = point;
    mark();
    describe();
  }

  function describe() {
    const at = state.point;
    if (at === null) {
      status.textContent = `${short(whole / ((end - start) / 1e9))} fuel/s on average, ` +
        `${short(most)} at most, over ${duration(end - start)}` +
        (streams > 1 && state.stream === null ? `; ${streams} streams added up` : '');
      return;
    }
    const time = (point) => duration(start + ((end - start) * point) / fuel.length);
    status.textContent = `${time(at)} – ${time(at + 1)}: ${short(rates[at])} fuel/s, ` +
      `${grouped(fuel[at])} fuel; ${percent(Number(sums[at]) / whole || 0)} spent by then`;
  }

  function onKey(event) {
    const last = fuel.length - 1;
    const from = state.point ?? 0;
    const step = event.shiftKey ? 10 : 1;
    const next = {
      ArrowLeft: Math.max(0, from - step),
      ArrowRight: state.point === null ? 0 : Math.min(last, from + step),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    read(next[event.key]);
  }

  new ResizeObserver(draw).observe(drawing);
  describe();
  return element('div', { class: 'chart' },
    element('div', { class: 'tools' }, element('label', {}, toggle, ' Sum so far'),
      byStream.length > 0 ? element('label', {}, 'Show ', choice) : null),
    drawing, status);
}

/** Sums of all amounts up to each, as digits. */
function runningSums(amounts) {
  let sum = 0n;
  return amounts.map((amount) => {
    sum += BigInt(amount);
    return String(sum);
  });
}
