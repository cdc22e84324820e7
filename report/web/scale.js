// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `Scale`: which part of the run the picture shows, and what is where in it.
// By step, each event is as wide as the next; by time, events of one instant
// share a place.

'use strict';

const MAX_PIXELS_PER_EVENT = 120;

class Scale {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.byTime = false;
    this.left = 0;  // in pixels: where the picture begins
    this.width = 1;
    this.begin = 0;  // in events or nanoseconds
    this.end = 1;
    this.all();
  }

  /** How much there is. */
  get extent() {
    const {size} = this.model;
    if (!this.byTime) return Math.max(size, 1);
    return Math.max(size === 0 ? 0 : this.model.since(size - 1), 1);
  }

  get perPixel() {
    return (this.end - this.begin) / this.width;
  }

  /** No less than this is shown: what is wider than its marks says no more. */
  get least() {
    return this.byTime ? 10 : this.width / MAX_PIXELS_PER_EVENT;
  }

  /** How wide an event is, in pixels; by time, on average. */
  get eventWidth() {
    if (!this.byTime) return 1 / this.perPixel;
    const [first, end] = this.events();
    return this.width / Math.max(end - first, 1);
  }

  all() {
    // Some room at both ends.
    const room = this.byTime ? this.extent * 0.02 : Math.min(0.5, this.extent * 0.02);
    this.begin = -room;
    this.end = Math.max(this.extent, this.least) + room;
  }

  /**
   * Shows what is between two places, or as much as there is.
   * @param {number} begin
   * @param {number} end
   */
  show(begin, end) {
    const {least} = this;
    const extent = Math.max(this.extent, least);
    const room = extent * 0.02 + least * 0.25;
    const span = Math.min(Math.max(end - begin, least), extent + 2 * room);
    const middle = (begin + end) / 2;
    const lowest = -room;
    const highest = extent + room - span;
    this.begin = Math.min(Math.max(middle - span / 2, lowest), Math.max(highest, lowest));
    this.end = this.begin + span;
  }

  /**
   * @param {number} factor below 1: closer
   * @param {number} pixel what stays where it is
   */
  zoom(factor, pixel) {
    const at = this.placeAt(pixel);
    this.show(at - (at - this.begin) * factor, at + (this.end - at) * factor);
  }

  /** @param {number} pixels */
  pan(pixels) {
    const by = pixels * this.perPixel;
    this.show(this.begin + by, this.end + by);
  }

  /**
   * Shows the event, and moves no more than that takes.
   * @param {number} event
   * @param {boolean} centered
   */
  reveal(event, centered) {
    const at = this.place(event);
    const span = this.end - this.begin;
    const margin = span * 0.1;
    if (this.begin <= 0 && this.end >= this.extent) return;
    if (!centered && at >= this.begin + margin && at <= this.end - margin) return;
    if (!centered && at >= this.begin && at <= this.end && (this.begin <= 0 || this.end >= this.extent)) return;
    // What came before says more than what comes after.
    const before = centered ? 0.7 : 0.5;
    this.show(at - span * before, at + span * (1 - before));
  }

  /**
   * Where the event's middle is, in events or nanoseconds.
   * @param {number} event
   */
  place(event) {
    return this.byTime ? this.model.since(event) : event + 0.5;
  }

  /** @param {number} pixel */
  placeAt(pixel) {
    return this.begin + (pixel - this.left) * this.perPixel;
  }

  /** @param {number} place */
  pixel(place) {
    return this.left + (place - this.begin) / this.perPixel;
  }

  /**
   * Where the event begins, in pixels.
   * @param {number} event may be one past the last
   */
  edge(event) {
    if (!this.byTime) return this.pixel(event);
    const {size} = this.model;
    return this.pixel(size === 0 ? 0 : this.model.since(Math.min(event, size - 1)));
  }

  /** @param {number} event */
  middle(event) {
    return this.pixel(this.place(event));
  }

  /**
   * Returns the first event at or after a place.
   * @param {number} place
   * @returns {number}
   */
  eventAt(place) {
    const {size} = this.model;
    if (!this.byTime) return Math.min(Math.max(Math.floor(place), 0), size);
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.model.since(middle) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Returns the events that the picture shows: the first, and one past the last.
   * @returns {[number, number]}
   */
  events() {
    const first = this.eventAt(this.begin);
    const end = this.byTime ? this.eventAt(this.end) : Math.min(Math.max(Math.ceil(this.end), 0), this.model.size);
    return [first, Math.max(end, first)];
  }

  /** @param {boolean} byTime */
  measureByTime(byTime) {
    if (byTime === this.byTime) return;
    const [first, end] = this.events();
    this.byTime = byTime;
    if (first >= end) {
      this.all();
    } else if (first === 0 && end === this.model.size) {
      this.all();
    } else {
      const begin = byTime ? this.model.since(first) : first;
      const last = byTime ? this.model.since(end - 1) : end;
      const room = Math.max(last - begin, 1) * 0.05;
      this.show(begin - room, last + room);
    }
  }
}
