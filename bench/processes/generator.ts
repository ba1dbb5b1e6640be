/** The load generator. It is a separate process, so that its work is not measured as the server's. */
import { sendLoad } from '../load/drive.ts';
import { answer } from '../messages.ts';

answer({ drive: sendLoad });
