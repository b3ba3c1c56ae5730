// Monaco writes styles in ways that our policy refuses: style elements of its own, and style
// attributes in markup. Both are let in by ways that it allows, a nonce and the object model.
// Has to be imported before anything that makes elements.
export const page = JSON.parse(document.getElementById("page").textContent);

const createElement = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = createElement(name, options);
  if (name.toLowerCase() === "style") {
    element.nonce = page.nonce;
  }
  return element;
};

const held = (html) => String(html).replace(/(<[^>]*\s)style="/g, '$1data-held-style="');

function release(root) {
  for (const element of root.querySelectorAll("[data-held-style]")) {
    element.style.cssText = element.dataset.heldStyle;
    element.removeAttribute("data-held-style");
  }
}

const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
Object.defineProperty(Element.prototype, "innerHTML", {
  configurable: true,
  get,
  set(html) {
    if (this instanceof HTMLStyleElement) {
      set.call(this, html);
      return;
    }
    set.call(this, held(html));
    release(this.content ?? this);
  },
});

const insertAdjacentHTML = Element.prototype.insertAdjacentHTML;
Element.prototype.insertAdjacentHTML = function (place, html) {
  insertAdjacentHTML.call(this, place, held(html));
  release(place === "beforebegin" || place === "afterend" ? this.parentNode : this);
};

const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name.toLowerCase() === "style" && this.style) {
    this.style.cssText = value;
  } else {
    setAttribute.call(this, name, value);
  }
};
