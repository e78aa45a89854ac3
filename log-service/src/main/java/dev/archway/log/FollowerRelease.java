package dev.archway.log;

import dev.archway.log.store.LogStore;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the open streams when the service stops. It stops before the web server does, which would
 * otherwise wait for its followers.
 */
final class FollowerRelease implements SmartLifecycle {
  private final LogStore store;
  private volatile boolean running;

  FollowerRelease(LogStore store) {
    this.store = store;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    store.stopWaiting();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
