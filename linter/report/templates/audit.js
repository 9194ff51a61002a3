"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const practices = all(".practice");
  const homes = new Map(practices.map((practice) => [practice, practice.parentElement]));
  const text = new Map();
  const controls = ["search", "practice", "severity", "status", "sort"].map(byId).filter(Boolean);
  const value = (id) => (byId(id) ? byId(id).value : "");

  function textOf(element) {
    if (!text.has(element)) text.set(element, element.textContent.toLowerCase());
    return text.get(element);
  }

  function ownText(practice) {
    return practice.dataset.name.toLowerCase() + " " + practice.dataset.id;
  }

  function filter() {
    const wanted = value("search").trim().toLowerCase();
    const severity = value("severity");
    let shown = 0;
    let total = 0;
    for (const practice of practices) {
      const named = !wanted || ownText(practice).includes(wanted);
      let matching = 0;
      for (const finding of all(".finding", practice)) {
        const fits = (!severity || finding.dataset.severity === severity) && (named || textOf(finding).includes(wanted));
        finding.hidden = !fits;
        matching += fits;
        total += 1;
      }
      for (const rule of all(".rule", practice)) {
        rule.hidden = Boolean(severity || !named) && !all(".finding", rule).some((finding) => !finding.hidden)
          && !(!severity && textOf(rule).includes(wanted));
      }
      const said = !severity && (named || textOf(practice).includes(wanted));
      const fits = (!value("practice") || practice.dataset.id === value("practice"))
        && (!value("status") || practice.dataset.status === value("status"))
        && (matching > 0 || said);
      practice.hidden = !fits;
      if (fits) shown += matching;
      if (fits && (wanted || severity || value("practice"))) practice.open = true;
      for (const fold of all(".fold", practice)) fold.hidden = all(".finding", fold).every((finding) => finding.hidden);
      if (wanted || severity) for (const fold of all(".fold", practice)) fold.open = true;
      for (const held of all(".held", practice)) {
        held.hidden = all(".rule", held).every((rule) => rule.hidden);
        if (wanted && !named) held.open = true;
      }
    }
    for (const group of all(".group")) group.hidden = !all(".practice", group).some((practice) => !practice.hidden);
    const nothing = practices.length > 0 && practices.every((practice) => practice.hidden);
    byId("shown").textContent = nothing ? "nothing matches" : `${shown} of ${total} findings`;
  }

  const orders = {
    findings: (a, b) => b.dataset.findings - a.dataset.findings,
    severity: (a, b) => a.dataset.rank - b.dataset.rank || b.dataset.findings - a.dataset.findings,
    status: (a, b) => a.dataset.statusRank - b.dataset.statusRank,
    name: (a, b) => a.dataset.name.localeCompare(b.dataset.name),
  };

  function sort() {
    const order = orders[value("sort")];
    const flat = byId("flat");
    if (order) flat.append(...[...practices].sort(order));
    else for (const practice of practices) homes.get(practice).append(practice);
  }

  function toggleTheme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }

  function reveal() {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    const practice = target && target.closest(".practice");
    if (practice) practice.open = true;
  }

  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = all("details:not([open], .fold, .held)");
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of unfolded) details.open = false;
  });
  addEventListener("hashchange", reveal);

  if (byId("tools")) {
    byId("tools").hidden = false;
    for (const control of controls) control.addEventListener("input", () => { sort(); filter(); });
    byId("reset").addEventListener("click", () => {
      for (const control of controls) control.value = "";
      sort();
      filter();
    });
    filter();
  }
  byId("theme").hidden = false;
  byId("theme").addEventListener("click", toggleTheme);
  reveal();
})();
