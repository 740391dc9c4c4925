"use strict";
const sheet = JSON.parse(document.getElementById("data").textContent);
const place = `medinj-notes:${sheet.feuille}:${sheet.annotateur}`;
const known = new Set(sheet.items.map(item => item.id));
const element = id => document.getElementById(id);
let notes = {}, current = 0, exported = true, unsaved = false;

function warn(text) { element("warning").textContent = text; }

// What is stored may be damaged, or of another version: only known ids and notes are taken.
function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(place) ?? "{}");
    return Object.fromEntries(Object.entries(found).filter(([id, note]) => known.has(id) && (note === 0 || note === 1)));
  } catch {
    return null;
  }
}

function load() {
  const found = stored();
  if (found) notes = found;
  else warn("Les notes enregistrées ne peuvent pas être lues : exportez souvent.");
}

function rate(note) {
  const id = sheet.items[current].id;
  if (!unsaved) notes = stored() ?? notes;  // another tab may have rated meanwhile
  if (note === null) delete notes[id];
  else notes[id] = note;
  exported = false;
  try {
    localStorage.setItem(place, JSON.stringify(notes));
    unsaved = false;
    warn("");
  } catch {
    unsaved = true;
    warn("Ce navigateur n'enregistre rien : exportez avant de fermer cette page.");
  }
  if (note !== null && current < sheet.items.length - 1) current++;
  show();
}

function move(by) {
  current = Math.min(Math.max(current + by, 0), sheet.items.length - 1);
  show();
}

function show() {
  const item = sheet.items[current], note = notes[item.id], rated = Object.keys(notes).length;
  for (const name of ["context", "instruction", "reference", "candidate"]) element(name).textContent = item[name];
  element("place").textContent = `Réponse ${current + 1} sur ${sheet.items.length} (${item.id}), `
    + (note === undefined ? "pas encore notée" : `notée ${note}`) + `. Total noté : ${rated}.`;
  element("zero").setAttribute("aria-pressed", note === 0);
  element("one").setAttribute("aria-pressed", note === 1);
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = `notes-${sheet.feuille}-${sheet.annotateur}.${name}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  exported = true;
}

function rows() {
  return sheet.items.filter(item => item.id in notes).map(({id}) => ({id, note: notes[id]}));
}

function saveJson() {
  const content = {feuille: sheet.feuille, annotateur: sheet.annotateur, notes: rows()};
  save("json", "application/json", JSON.stringify(content, null, 1));
}

function saveCsv() {
  const lines = rows().map(({id, note}) => [sheet.feuille, sheet.annotateur, id, note].join(";"));
  save("csv", "text/csv", ["feuille;annotateur;id;note", ...lines, ""].join("\r\n"));
}

const actions = {previous: () => move(-1), next: () => move(1), zero: () => rate(0), one: () => rate(1),
                 clear: () => rate(null), json: saveJson, csv: saveCsv};
for (const [id, action] of Object.entries(actions)) element(id).addEventListener("click", action);

// On a French keyboard the digits of the upper row need shift: their place counts as well.
const keys = {0: () => rate(0), 1: () => rate(1), Digit0: () => rate(0), Digit1: () => rate(1),
              ArrowLeft: () => move(-1), ArrowRight: () => move(1), Delete: () => rate(null)};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const action = keys[event.key] ?? keys[event.code];
  if (!action) return;
  event.preventDefault();
  action();
});

addEventListener("storage", event => { if (event.key === place) { load(); show(); } });
addEventListener("beforeunload", event => { if (unsaved && !exported) event.preventDefault(); });

load();
current = Math.max(sheet.items.findIndex(item => !(item.id in notes)), 0);
element("codes").textContent = `Feuille ${sheet.feuille}, annotateur ${sheet.annotateur}.`;
show();
