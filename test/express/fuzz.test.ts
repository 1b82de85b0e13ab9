import { inbound } from '@hookline/express';
import express from 'express';
import { fuzzContract } from '../contracts/framework-fuzz.js';

fuzzContract('Express', {
  listener: (hub, options) => express().use(inbound(hub, options)),
});
