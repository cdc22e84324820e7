// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// Making elements. Text gets into the page here, and only as text.

'use strict';

/**
 * Returns the element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error('the page has no #' + id);
  return element;
}

/**
 * Returns a new element.
 * @param {string} tag such as 'p', or 'p.notice' for one of a class
 * @param {...(Node|string|null)} children strings become text
 * @returns {HTMLElement}
 */
function make(tag, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const child of children) {
    if (child !== null) element.append(child);
  }
  return element;
}

/**
 * Returns a new button that calls `action`.
 * @param {string} tag its classes: 'button.link'
 * @param {string} text
 * @param {() => void} action
 * @returns {HTMLButtonElement}
 */
function makeButton(tag, text, action) {
  const button = /** @type {HTMLButtonElement} */ (make(tag, text));
  button.type = 'button';
  button.addEventListener('click', action);
  return button;
}

/**
 * Returns `text` with what moves or hides other text made visible: marks of
 * writing direction, separators of lines that are none, control characters.
 * @param {string} text
 * @returns {string}
 */
function harmless(text) {
  return text.replace(
      // eslint-disable-next-line no-control-regex
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

/**
 * Returns at most `limit` characters of `text`.
 * @param {string} text
 * @param {number} limit
 * @returns {string}
 */
function shortened(text, limit) {
  return text.length <= limit ? text : text.slice(0, limit - 1) + '…';
}

/**
 * Calls `work` before the next frame, once for all calls until then.
 * @param {() => void} work
 * @returns {() => void}
 */
function oncePerFrame(work) {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      work();
    });
  };
}
