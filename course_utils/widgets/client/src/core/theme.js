// Light and dark: as the page around says (JupyterLab, Colab, Visual Studio Code), else as the system says.

import { interpolateRgbBasis } from "d3-interpolate";

// Palettes that people with the common forms of colour blindness can tell apart (Okabe and Ito 2008; for dark ground
// lightened).
export const LIGHT = {
  name: "light", paper: "#ffffff", ink: "#16181d", faint: "#5a626d", grid: "#e4e7eb", halo: "#ffffff",
  palette: ["#0072b2", "#d55e00", "#008c66", "#b8558f", "#a87000", "#2f8fc4", "#6b6b6b", "#2b8c7e", "#7a7a1e", "#aa4499"],
  low: "#f2f7fc", high: "#5b9bd1", lines: "#ffffff90",
};
export const DARK = {
  name: "dark", paper: "#14161a", ink: "#eceff3", faint: "#a9b2be", grid: "#2c3138", halo: "#14161a",
  palette: ["#5cb3ec", "#ff9350", "#3fcf9f", "#eda1cc", "#f2bf4a", "#a5dbf7", "#b9b9b9", "#6fd0c0", "#c9c95c", "#dd8fd0"],
  low: "#162331", high: "#35709f", lines: "#00000055",
};

// From slow or small (dark blue) to fast or large (yellow), as matplotlib's cividis.
export const CIVIDIS = interpolateRgbBasis(["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"]);

function isDark() {
  const { jpThemeLight, vscodeThemeKind } = document.body?.dataset ?? {};
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return !vscodeThemeKind.includes("light");
  const colab = document.documentElement.getAttribute("theme");
  if (colab) return colab === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export const currentTheme = () => (isDark() ? DARK : LIGHT);

// Call `follow` when the theme may have changed; the result ends that.
export function watchTheme(follow) {
  const watcher = new MutationObserver(follow), system = matchMedia("(prefers-color-scheme: dark)");
  const attributeFilter = ["data-jp-theme-light", "data-vscode-theme-kind", "theme"];
  for (const one of [document.body, document.documentElement]) watcher.observe(one, { attributes: true, attributeFilter });
  system.addEventListener("change", follow);
  return () => { watcher.disconnect(); system.removeEventListener("change", follow); };
}
