import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler } from 'express';
import { DataTypes, type Model, type ModelStatic, type Sequelize, UniqueConstraintError } from 'sequelize';

const LIMIT = '1mb';

/** Reads any body as bytes, and is the first of the handlers of a route. */
export const readBytes: RequestHandler = express.raw({ type: () => true, limit: LIMIT });

/** The check that GitHub's documentation shows, and the event. */
export function checkByHand(secret: string): RequestHandler {
  return (req, res, next) => {
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(req.body).digest('hex')}`);
    const given = Buffer.from(req.get('x-hub-signature-256') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      res.status(401).end();
      return;
    }
    Object.assign(req, { event: JSON.parse(req.body.toString()) });
    next();
  };
}

/** Stores each request once, by the sender's id of it: one insert for each. */
export async function storeByHand(sequelize: Sequelize): Promise<RequestHandler> {
  const Row = defineRows(sequelize);
  await Row.sync();
  return async (req, res) => {
    try {
      await Row.create(rowOf(req));
      res.status(202).end();
    } catch (error) {
      res.status(error instanceof UniqueConstraintError ? 200 : 500).end();
    }
  };
}

function defineRows(sequelize: Sequelize): ModelStatic<Model> {
  return sequelize.define(
    'InboundRow',
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      source: { type: DataTypes.TEXT, allowNull: false, unique: 'once' },
      deliveryId: { type: DataTypes.TEXT, allowNull: false, unique: 'once' },
      type: { type: DataTypes.TEXT, allowNull: false },
      headers: { type: DataTypes.JSON, allowNull: false },
      body: { type: DataTypes.BLOB, allowNull: false },
      isHandled: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
    },
    { tableName: 'inbound_rows', underscored: true, updatedAt: false },
  );
}

function rowOf(req: Request) {
  return {
    source: 'github',
    deliveryId: req.get('x-github-delivery'),
    type: req.get('x-github-event'),
    headers: req.headers,
    body: req.body,
  };
}
