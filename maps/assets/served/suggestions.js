/* Suggestions under the address field: a listbox by the ARIA combobox pattern. They come from the
   lookup service where there is one, and from what the page itself knows. */
"use strict";

/**
 * @param input the field; `list` the listbox under it
 * @param url where the service suggests, or null; `known` pairs of name and its plain key
 * @param plain makes the plain key of a text; `choose` is called with the text chosen
 */
Town.addSuggestions = ({ input, list, url, known, plain, choose }) => {
  const { element } = Town;
  let active = -1;
  let suggestUrl = url;
  let waiting = 0;

  function close() {
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function suggest(texts) {
    close();
    texts.slice(0, 8).forEach((text, index) => {
      const act = (event) => { event.preventDefault(); choose(text); };
      list.append(
        element("li", { id: `suggestion-${index}`, role: "option", "aria-selected": "false", on: { mousedown: act } }, text),
      );
    });
    list.hidden = !texts.length;
    input.setAttribute("aria-expanded", String(texts.length > 0));
  }

  async function suggestFor(text) {
    const turn = ++waiting;
    const key = plain(text);
    if (!key) return close();
    const own = known
      .filter((each) => each.key.includes(key) && each.key !== key)
      .sort((a, b) => a.key.indexOf(key) - b.key.indexOf(key) || a.key.length - b.key.length)
      .map((each) => each.name);
    let served = [];
    if (suggestUrl) {
      try {
        const response = await fetch(`${suggestUrl}?${new URLSearchParams({ text })}`);
        if (response.status === 404) suggestUrl = null;
        else if (response.ok) {
          const body = await response.json();
          served = (body.suggestions ?? body).map((each) => each.text ?? each);
        }
      } catch {
        suggestUrl = null;
      }
    }
    if (turn === waiting && document.activeElement === input) suggest([...new Set([...served, ...own])]);
  }

  function move(by) {
    const options = list.children;
    if (!options.length) return;
    options[active]?.setAttribute("aria-selected", "false");
    active = (active + by + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  let typing;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => suggestFor(input.value), 160);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(list.children[active].textContent);
    }
  });

  /** Stop what is being typed from suggesting any more. */
  function cancel() {
    clearTimeout(typing);
    waiting++;
    close();
  }
  return { cancel };
};
