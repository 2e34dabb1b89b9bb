// The bench's timer counts down where it can be seen, and a photograph is made small enough to be kept.
const timer = document.querySelector("[data-seconds]");
const photo = document.querySelector("[data-photo]");
const LONGEST = 1600; // dots of the longer side
const QUALITY = 0.8;

function count(ends) {
  const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  const minutes = Math.floor(left / 60);
  timer.firstChild.textContent = `${minutes}:${String(left % 60).padStart(2, "0")} `;
  timer.querySelector("small").textContent = left ? "left" : "time is up";
  if (left) setTimeout(() => count(ends), 250);
}

async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([made], "photo.jpg", { type: "image/jpeg" });
}

async function shrink(event) {
  const input = event.target;
  if (!input.files.length) return;
  const held = new DataTransfer();
  try {
    held.items.add(await small(input.files[0]));
  } catch {
    return; // no picture that this browser can read: the server says so
  }
  input.files = held.files;
  photo.querySelector("[data-size]").textContent = `Made smaller: ${Math.ceil(held.files[0].size / 1000)} kB.`;
}

if (timer) count(Date.now() + Number(timer.dataset.seconds) * 1000);
photo?.querySelector("input[type=file]").addEventListener("change", shrink);
