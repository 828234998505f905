// Stands in for `sanitize-html`: nobody may send HTML here, so everything is shown as text.
// (base-manager asks it to clean widget descriptions.)
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export default function escape(text) {
  return String(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark]);
}
