import { storeContract } from '../contracts/store-contract.js';
import { type Connection, connect, makeStore } from './connect.js';

describe('sequelizeStore', () => {
  let connection: Connection;

  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  storeContract('sequelize', () => makeStore(connection.sequelize));
});
