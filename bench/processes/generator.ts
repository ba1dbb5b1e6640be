/** The load generator: a process of its own, so that its work is not measured with the server's. */
import { sendLoad } from '../load/drive.ts';
import { answer } from '../messages.ts';

answer({ drive: sendLoad });
