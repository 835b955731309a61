// Looks at a page as somebody with a telephone would; returns what is wrong with it.
(() => {
  const wrong = [];
  const say = (element, what) =>
    wrong.push(`${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 30)}": ${what}`);
  // A telephone makes a page that is too wide smaller, and then says that its window is that wide.
  const room = Math.min(innerWidth, screen.width);
  const wide = document.scrollingElement.scrollWidth;
  if (wide > room) wrong.push(`the page is ${wide} px wide on a screen of ${room}`);

  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((it) => it / 255)
      .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const colour = getComputedStyle(it).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const scrolls = (element) => {
    for (let it = element; it; it = it.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(it).overflowX)) return true;
    return false;
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (!text.data.trim() || !box.width || !box.height) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (size < 14) say(element, `its letters have ${size} px`);
    const [a, b] = [light(style.color), light(behind(element))].sort((a, b) => b - a);
    const contrast = (a + 0.05) / (b + 0.05);
    // 4.5 is level AA of the Web Content Accessibility Guidelines.
    if (contrast < 4.5) say(element, `its contrast is ${contrast.toFixed(2)}`);
    if ((box.left < -0.5 || box.right > room + 0.5) && !scrolls(element))
      say(element, `it reaches from ${box.left} to ${box.right}`);
  }
  for (const element of document.querySelectorAll("a, button, input:not([type=hidden])")) {
    const box = element.getBoundingClientRect();
    // A finger wants 44 px; what stands in a row of text may be a little lower.
    if (matchMedia("(pointer: coarse)").matches && box.height < 40) say(element, `a target of ${box.height} px`);
    if (element.tagName === "INPUT" && matchMedia("(pointer: coarse)").matches
        && parseFloat(getComputedStyle(element).fontSize) < 16) say(element, "telephones zoom into so small a field");
  }
  return [...new Set(wrong)];
})()
