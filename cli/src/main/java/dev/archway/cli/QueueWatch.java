package dev.archway.cli;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.StageView;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Tells somebody who follows an execution why nothing happens while its stages wait in line. */
final class QueueWatch implements AutoCloseable {
  /** Stages wait a moment even where there is room; nobody wants to read of that. */
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  private final Server server;
  private final Printer printer;
  private final String path;
  private final Map<String, Integer> told = new HashMap<>();
  private final Thread thread;

  QueueWatch(Server server, Printer printer, String execution) {
    this.server = server;
    this.printer = printer;
    this.path = "/api/v1/executions/" + execution;
    this.thread = Thread.ofVirtual().start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(INTERVAL);
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    ExecutionView view;
    try {
      view = server.get(path, ExecutionView.class);
    } catch (CommandException _) {
      return; // Whoever follows the log tells that the server is away.
    }
    for (StageView stage : view.stages()) {
      Integer ahead = stage.ahead();
      if (ahead != null && !ahead.equals(told.put(stage.id(), ahead))) {
        printer.remark(
            "stage %s waits for an executor of %s, %d before it"
                .formatted(stage.id(), stage.platform(), ahead));
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
