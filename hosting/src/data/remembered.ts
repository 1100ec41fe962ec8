import type { Feed } from "./live.js";

/** Feeds of one kind that are remembered at once. */
const REMEMBERED_FEEDS = 30;

/** The same id gives the same feed, so that two panels share one listener. The oldest is forgotten past the bound. */
export function remembered<T, Id extends string = string>(open: (id: Id) => Feed<T>): (id: Id) => Feed<T> {
  const feeds = new Map<Id, Feed<T>>();
  return (id) => {
    const feed = feeds.get(id) ?? open(id);
    feeds.delete(id);
    feeds.set(id, feed);
    const oldest = feeds.keys().next();
    if (feeds.size > REMEMBERED_FEEDS && !oldest.done) feeds.delete(oldest.value);
    return feed;
  };
}
