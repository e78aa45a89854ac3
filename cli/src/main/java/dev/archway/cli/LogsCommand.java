package dev.archway.cli;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints an execution's log. */
@Command(name = "logs", description = "Prints an execution's log.", sortOptions = false)
final class LogsCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Parameters(paramLabel = "ID", description = "The execution.")
  private String id = "";

  @Option(names = "--stage", paramLabel = "ID", description = "Only this stage run.")
  private @Nullable String stage;

  @Option(names = "--step", paramLabel = "ID", description = "Only this step.")
  private @Nullable String step;

  @Option(
      names = "--follow",
      description = "Go on until the execution has ended, and end as it ends.")
  private boolean follow;

  @Override
  public Integer call() throws InterruptedException {
    ArchwayCommand command = Commands.parent(archway);
    Server server = command.server();
    Printer printer = command.printer();
    // Says at once when there is no such execution.
    ExecutionView view = server.get("/api/v1/executions/" + id, ExecutionView.class);
    Map<String, @Nullable String> query = new LinkedHashMap<>();
    query.put("stage", stage);
    query.put("step", step);
    query.put("follow", follow ? "true" : null);
    String path = "/api/v1/executions/" + id + "/logs" + Server.query(query);
    if (!follow) {
      for (LogEntry entry : server.logs(path)) {
        printer.log(entry.stage(), entry.step(), entry.text());
      }
      return ExitCode.SUCCESS;
    }
    RunCommand.followLog(command, server, printer, path);
    if (!view.status().ended()) {
      view = RunCommand.awaitEnd(command, server, id);
    }
    return ExitCode.of(view.status());
  }
}
