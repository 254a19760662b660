// The page itself: which view is shown follows the address.
function navigate() {
  forgetCharts();
  const [, kind, name] = /^#\/(\w+)\/(.+)$/.exec(location.hash) || [];
  const view = kind === 'monitor' ? monitorPage(decodeURIComponent(name)) : kind === 'incident' ? incidentPage(name) : overview();
  const main = document.getElementById('main');
  main.replaceChildren(...view.flat(3).filter((part) => part !== ''));
  const heading = main.querySelector('h1');
  document.title = `${heading ? heading.textContent : 'Overview'} · mlmon report`;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === location.hash) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function frame() {
  const links = [['#/', 'Overview'], ...records('', 'overview').map((row) => [`#/monitor/${encodeURIComponent(row.monitor)}`, row.monitor])];
  document.getElementById('nav').replaceChildren(...links.slice(0, 13).map(([href, text]) => h('a', { href }, text)));
  const period = report.since ? `${day(report.since)} to ${day(report.until)} (not included)` : 'the last 366 windows of each monitor';
  document.getElementById('foot').replaceChildren(h('p', {}, `Written ${day(report.made_at)} UTC by mlmon ${report.version}. Windows shown: ${period}. All times are UTC. Every number came from SQL, which stands behind each chart.`));
}

async function start() {
  try {
    await readReport();
  } catch (error) {
    document.getElementById('main').replaceChildren(h('h1', {}, 'This report cannot be read'), h('p', {}, `Its data could not be unpacked (${error.name}). It needs a browser of 2023 or later.`));
    return;
  }
  frame();
  navigate();
  window.addEventListener('hashchange', () => {
    navigate();
    window.scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  });
  window.addEventListener('beforeprint', drawAll);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(start.later);
    start.later = setTimeout(redrawCharts, 250);
  });
  document.documentElement.dataset.ready = 'yes';
}

start();
