package dev.archway.cli;

import dev.archway.contract.api.ExecutionSummary;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists executions. */
@Command(name = "executions", description = "Lists executions, the newest first.")
final class ExecutionsCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Option(names = "--status", description = "Only those that stand so, such as Failed.")
  private @Nullable String status;

  @Option(names = "--pipeline", description = "Only those of the pipeline with this identifier.")
  private @Nullable String pipeline;

  @Option(names = "--branch", description = "Only those that build this branch.")
  private @Nullable String branch;

  @Option(
      names = "--trigger",
      description = "Only those that the trigger with this identifier started.")
  private @Nullable String trigger;

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "PIPELINE", "STATUS", "CREATED", "TIME"));
    for (ExecutionSummary execution :
        command.server().get("/api/v1/executions" + query(), ExecutionSummary[].class)) {
      rows.add(
          List.of(
              execution.id().value(),
              execution.pipeline(),
              execution.status().word(),
              execution.createdAt().toString(),
              Commands.between(execution.createdAt(), execution.endedAt())));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }

  private String query() {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    add(query, "status", status);
    add(query, "pipeline", pipeline);
    add(query, "branch", branch);
    add(query, "trigger", trigger);
    return query.toString();
  }

  private static void add(StringJoiner query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }
}
