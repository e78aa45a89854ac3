package dev.archway.cli;

import dev.archway.contract.api.ConnectorTest;
import dev.archway.contract.api.ConnectorView;
import dev.archway.contract.failure.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Stores, lists, deletes and tries connectors. */
@Command(
    name = "connector",
    description = "Connectors to registries, repositories, clouds and clusters.",
    mixinStandardHelpOptions = true)
final class ConnectorCommand {
  private static final String CONNECTORS = "connectors";

  @ParentCommand private @Nullable ArchwayCommand archway;

  @Command(
      name = "apply",
      description = "Stores the connector of each FILE, in place of one that is there.",
      mixinStandardHelpOptions = true)
  int apply(
      @Mixin ScopeOptions scope,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "YAML; - for standard input.")
          List<String> files) {
    ArchwayCommand command = Commands.parent(archway);
    for (String name : files) {
      SettingFile file = SettingFile.read(name, "connector");
      String at =
          scope.path(CONNECTORS, file.field("orgIdentifier"), file.field("projectIdentifier"));
      ConnectorView stored =
          Commands.put(
              command,
              at + "/" + ScopeOptions.encode(file.identifier()),
              file.text(),
              ConnectorView.class);
      for (Problem warning : stored.problems()) {
        command.printer().remark("%s: %s: %s".formatted(name, warning.path(), warning.message()));
      }
      command.printer().line("connector %s is stored".formatted(stored.ref()));
    }
    return ExitCode.SUCCESS;
  }

  @Command(name = "list", description = "Lists stored connectors.", mixinStandardHelpOptions = true)
  int list(@Mixin ScopeOptions scope) {
    ArchwayCommand command = Commands.parent(archway);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("CONNECTOR", "TYPE", "CHANGED"));
    for (ConnectorView view : command.server().get(scope.path(CONNECTORS), ConnectorView[].class)) {
      rows.add(List.of(view.ref(), view.type(), view.changedAt().toString()));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }

  @Command(
      name = "delete",
      description = "Deletes a stored connector.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin ScopeOptions scope,
      @Parameters(paramLabel = "ID", description = "Its identifier.") String id) {
    ArchwayCommand command = Commands.parent(archway);
    command.server().delete(scope.path(CONNECTORS) + "/" + ScopeOptions.encode(id));
    command.printer().remark("connector %s is deleted".formatted(id));
    return ExitCode.SUCCESS;
  }

  @Command(
      name = "test",
      description = "Tries a connector from the server; exit code 1 when it does not work.",
      mixinStandardHelpOptions = true)
  int test(
      @Mixin ScopeOptions scope,
      @Parameters(paramLabel = "ID", description = "Its identifier.") String id) {
    ArchwayCommand command = Commands.parent(archway);
    ConnectorTest result =
        command
            .server()
            .post(
                scope.path(CONNECTORS) + "/" + ScopeOptions.encode(id) + "/test",
                java.util.Map.of(),
                ConnectorTest.class);
    List<List<String>> rows = new ArrayList<>();
    for (ConnectorTest.Check check : result.checks()) {
      rows.add(List.of(check.status().toString(), check.what(), check.detail()));
    }
    command.printer().table(rows);
    return result.status() == ConnectorTest.Status.FAILURE ? ExitCode.FAILED : ExitCode.SUCCESS;
  }
}
