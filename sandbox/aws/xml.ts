/** XML as the query protocols write it: lists as `<item>` elements, names in lower camel case. */

export type Xml = string | number | boolean | undefined | readonly Xml[] | { [name: string]: Xml };

export function element(name: string, value: Xml, attributes = ""): string {
  if (value === undefined) return "";
  return `<${name}${attributes}>${content(value)}</${name}>`;
}

function content(value: Xml): string {
  if (isList(value)) return value.map((item) => element("item", item)).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, child]) => element(name, child))
      .join("");
  }
  return escapeText(String(value ?? ""));
}

function isList(value: Xml): value is readonly Xml[] {
  return Array.isArray(value);
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

export const xmlHeaders = { "content-type": "text/xml;charset=UTF-8" };
export const xmlProlog = '<?xml version="1.0" encoding="UTF-8"?>\n';
