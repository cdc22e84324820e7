// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// What is known of the picked event: its arguments, where it happened, what led
// to it, and among whom was chosen.

'use strict';

/** How much of the chain of causes is shown at first. */
const CAUSES_AT_FIRST = 12;
const CAUSES_AT_MOST = 2000;
const TEXT_AT_FIRST = 4000;
/** Which argument of some kinds of events has all of their text. */
const WHOLE_TEXTS = {log: 'text', failure: 'message'};

class Details {
  /**
   * @param {Model} model
   * @param {(event: number) => void} select
   * @param {(filter: string) => void} filter
   */
  constructor(model, select, filter) {
    this.model = model;
    this.select = select;
    this.filter = filter;
    this.panel = byId('panel-event');
  }

  /** @param {number} event */
  show(event) {
    const {model} = this;
    const facts = make('dl.facts');
    const fact = (label, ...value) => facts.append(make('dt', label), make('dd', ...value));
    const time = model.time(event);
    if (time) fact('time', time);
    if (!model.choicesOnly) {
      const lane = model.lane(event);
      fact('task', this.taskLink(model.laneName(lane), lane));
      const {node} = model.lanes[lane];
      if (node) fact('node', model.nodeName(node));
    }
    // A text of several lines is shown as such, instead of in the words.
    const whole = WHOLE_TEXTS[model.kindName(event)];
    const words = shortened(model.text(event), TEXT_AT_FIRST);
    let more = null;
    for (const argument of model.arguments(event)) {
      if (argument.label === whole) {
        more = this.long(argument.text);
        continue;
      }
      if (argument.tasks) fact(argument.label, this.candidates(argument.tasks));
      else if (argument.lane !== undefined) fact(argument.label, this.taskLink(argument.text, argument.lane));
      else fact(argument.label, this.long(argument.text));
    }
    const site = model.site(event);
    if (site) fact('source', make('code', site));
    this.panel.replaceChildren(
        make('h2.title', make('span.number', model.label(event)), make('span.badge.kind-' + model.kindName(event),
            model.kindName(event).replaceAll('_', ' '))),
        more ? make('p.words.kind-' + model.kindName(event), more) : make('p.words', words), facts, ...this.causes(event),
        ...this.effects(event));
    this.panel.scrollTop = 0;
  }

  /**
   * @param {string} text
   * @returns {Node}
   */
  long(text) {
    if (text.length <= TEXT_AT_FIRST) return make('span.value', text);
    const value = make('span.value', shortened(text, TEXT_AT_FIRST));
    const more = makeButton('button.link', 'all ' + text.length + ' characters', () => {
      value.textContent = text;
      more.remove();
    });
    return make('span', value, ' ', more);
  }

  /**
   * @param {string} name
   * @param {number} lane
   * @returns {HTMLElement}
   */
  taskLink(name, lane) {
    const button = makeButton('button.link', shortened(name, 200), () => this.filter('task:"' + name + '"'));
    button.title = 'List the events of this task';
    button.dataset.lane = String(lane);
    return button;
  }

  /** @param {{text: string, lane: number, chosen: boolean}[]} tasks */
  candidates(tasks) {
    const list = make('ol.candidates');
    list.setAttribute('start', '0');
    for (const task of tasks) {
      const name = task.lane < 0 ? make('span', task.text) : this.taskLink(task.text, task.lane);
      list.append(task.chosen ? make('li.chosen', name, make('span.note', ' chosen')) : make('li', name));
    }
    return list;
  }

  /**
   * @param {number} event
   * @returns {HTMLElement}
   */
  eventLink(event) {
    const {model} = this;
    const button = makeButton('button.event', '', () => this.select(event));
    button.dataset.event = String(event);
    button.append(
        make('span.number', model.label(event)), make('span.task', shortened(model.laneName(model.lane(event)), 60)),
        make('span.text', shortened(model.text(event), 200)));
    return button;
  }

  /**
   * Returns the chain of what led to the event, the nearest first.
   * @param {number} event
   * @returns {HTMLElement[]}
   */
  causes(event) {
    const {model} = this;
    const chain = [];
    let end = '';
    for (let at = event; chain.length < CAUSES_AT_MOST;) {
      const cause = model.cause(at);
      if (cause === -2) {
        end = model.causeName(at) + ' #' + model.causeNumber(at) + ', which is not in this report';
      }
      if (cause < 0) break;
      chain.push({name: model.causeName(at), event: cause});
      at = cause;
    }
    if (chain.length === 0 && !end) return [];
    const list = make('ol.chain');
    const add = (links) => {
      for (const link of links) list.append(make('li', make('span.how', link.name), this.eventLink(link.event)));
    };
    const ending = () => {
      if (end) list.append(make('li', make('span.how', end)));
      else if (chain.length === CAUSES_AT_MOST) list.append(make('li', make('span.how', 'and so on')));
    };
    add(chain.slice(0, CAUSES_AT_FIRST));
    if (chain.length > CAUSES_AT_FIRST) {
      const more = makeButton('button.link', 'the whole chain: ' + (chain.length - CAUSES_AT_FIRST) + ' more', () => {
        item.remove();
        add(chain.slice(CAUSES_AT_FIRST));
        ending();
      });
      const item = make('li', more);
      list.append(item);
    } else {
      ending();
    }
    return [make('h3', 'What led to it'), list];
  }

  /**
   * Returns the first few events that the event led to in other steps.
   * @param {number} event
   * @returns {HTMLElement[]}
   */
  effects(event) {
    const {model} = this;
    const list = make('ol.chain');
    for (let at = event + 1; at < Math.min(event + 20000, model.size); ++at) {
      if (model.data.cause[at] !== at - event || model.data.causeKind[at] === CAUSE_STEP) continue;
      list.append(make('li', this.eventLink(at)));
      if (list.children.length === 5) break;
    }
    return list.children.length === 0 ? [] : [make('h3', 'What it led to'), list];
  }
}
