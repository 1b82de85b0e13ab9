import type { FeedHandle } from '@hookline/core';
import type { Sequelize } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';
import type { ModelHub } from '../binding/model-binding.js';
import { announceWrites } from './announce-writes.js';
import { ChangeFeed } from './change-feed.js';

/** A hub takes what was recorded in a database from one feed, whatever the models. */
interface Following {
  readonly feed: ChangeFeed;
  readonly handle: FeedHandle;
}

const followings = new WeakMap<ModelHub, Map<Sequelize, Following>>();

/**
 * Makes events of what triggers record of the model's table. Also where the binding asks for hooks: what was recorded
 * before the triggers were taken away, or is while they are there. Answers the function that ends that.
 */
export function followChanges(plan: BindingPlan): () => void {
  const following = followingOf(plan);
  const endAnnouncing =
    plan.capture === 'trigger'
      ? announceWrites(plan, (transaction) => following?.handle.wake(transaction))
      : null;
  following?.feed.add(plan);
  return () => {
    endAnnouncing?.();
    if (following === null || following.feed.remove(plan) > 0) return;
    following.handle.remove();
    followings.get(plan.hub)?.delete(plan.model.sequelize as Sequelize);
  };
}

/** Null for a hub that takes no feeds. */
function followingOf({ hub, model }: BindingPlan): Following | null {
  if (hub.addFeed === undefined) return null;
  const sequelize = model.sequelize as Sequelize;
  const ofHub = followings.get(hub) ?? new Map<Sequelize, Following>();
  followings.set(hub, ofHub);
  const known = ofHub.get(sequelize);
  if (known) return known;
  const feed = new ChangeFeed(sequelize, hub);
  const following = { feed, handle: hub.addFeed(feed) };
  ofHub.set(sequelize, following);
  return following;
}
