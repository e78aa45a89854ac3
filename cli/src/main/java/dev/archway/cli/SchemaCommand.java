package dev.archway.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints the JSON Schema of pipelines, for editors. */
@Command(
    name = "schema",
    description =
        "Prints the JSON Schema of pipelines, input sets and templates as this server reads them, for editors.")
final class SchemaCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    command.printer().line(command.server().text("/api/v1/schema/pipeline").stripTrailing());
    return ExitCode.SUCCESS;
  }
}
