const field = document.querySelector("input[type=search]"), said = document.querySelector("[role=status]");
const pages = [...document.querySelectorAll("main > section")];
const text = new Map(pages.map((page) => [page, page.textContent.toLowerCase()]));
field.closest("form").hidden = false;
field.closest("form").addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const page of pages) {
    const there = words.every((word) => text.get(page).includes(word));
    page.hidden = !there;
    document.querySelector(`nav a[href="#${page.id}"]`).parentElement.hidden = !there;
    count += there;
  }
  said.textContent = words.length
    ? said.dataset.found.replace("{}", () => count).replace("{}", () => pages.length) : "";
});
