export { JobQueue, type NewJob } from './job-queue.ts';
export { JobWorker, type JobHandler, type JobInfo, type WorkerSettings } from './job-worker.ts';
export { JobsFault, PermanentFailure, type JobsFaultCode } from './jobs-fault.ts';
export { connectJobs, Jobs, type JobsOptions } from './jobs.ts';
export { runInThread } from './run-in-thread.ts';
export type { ScheduledTask, Task } from './task-schedule.ts';
export { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';
