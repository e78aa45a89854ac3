package dev.archway.cli;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.ExecutionView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Submits a pipeline and follows it to its end. */
@Command(
    name = "run",
    description = "Submits a pipeline, follows its log and ends as it ends.",
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

  @ParentCommand private @Nullable ArchwayCommand archway;
  @Mixin private final SubmissionOptions submission = new SubmissionOptions();

  @Option(names = "--detach", description = "Print the execution's id and do not follow it.")
  private boolean detach;

  @Option(
      names = "--id-file",
      paramLabel = "FILE",
      description = "Write the execution's id to this file as soon as it is known.")
  private @Nullable Path idFile;

  @Override
  public Integer call() throws InterruptedException {
    ArchwayCommand command = Commands.parent(archway);
    Server server = command.server();
    Printer printer = command.printer();
    Accepted accepted = submit(server);
    String id = accepted.id().value();
    accepted.warnings().forEach(warning -> printer.remark(submission.describe(warning)));
    writeId(id);
    if (detach) {
      printer.line(id);
      return ExitCode.SUCCESS;
    }
    printer.remark("execution " + id);
    ExecutionView end = follow(command, server, printer, id);
    Summary.print(end, printer);
    return ExitCode.of(end.status());
  }

  private Accepted submit(Server server) {
    try {
      return server.post("/api/v1/executions", submission.read(), Accepted.class);
    } catch (Server.RefusedException e) {
      throw submission.refused(e);
    }
  }

  private void writeId(String id) {
    if (idFile != null) {
      try {
        Files.writeString(idFile, id + "\n");
      } catch (IOException e) {
        throw new CommandException(
            ExitCode.REFUSED,
            "cannot write --id-file %s: %s (expected: a place this user can write); execution %s goes on"
                .formatted(idFile, ServerOptions.reason(e), id));
      }
    }
  }

  private static ExecutionView follow(
      ArchwayCommand command, Server server, Printer printer, String id)
      throws InterruptedException {
    AtomicBoolean following = new AtomicBoolean(true);
    Thread farewell =
        new Thread(() -> {
          if (following.get()) {
            printer.remark(
                "execution %s goes on; follow it with: archway logs %s --follow; stop it with: archway abort %s"
                    .formatted(id, id, id));
          }
        });
    Runtime.getRuntime().addShutdownHook(farewell);
    try (QueueWatch _ = new QueueWatch(server, printer, id)) {
      followLog(command, server, printer, "/api/v1/executions/" + id + "/logs?follow=true");
      return awaitEnd(command, server, id);
    } finally {
      following.set(false);
    }
  }

  static void followLog(ArchwayCommand command, Server server, Printer printer, String path)
      throws InterruptedException {
    boolean complete =
        new LogFollower(server, command.patience())
            .follow(path, entry -> printer.log(entry.stage(), entry.step(), entry.text()));
    if (!complete) {
      printer.remark("the server says that lines are missing from this log");
    }
  }

  /** The log may be complete a moment before the execution's end is recorded. */
  static ExecutionView awaitEnd(ArchwayCommand command, Server server, String id)
      throws InterruptedException {
    long seen = System.nanoTime();
    while (true) {
      try {
        ExecutionView view = server.get("/api/v1/executions/" + id, ExecutionView.class);
        if (view.status().ended()) {
          return view;
        }
        seen = System.nanoTime();
      } catch (CommandException e) {
        if (e.exitCode() != ExitCode.NO_SERVER
            || System.nanoTime() - seen > command.patience().toNanos()) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }
}
