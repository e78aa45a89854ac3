package dev.archway.cli;

import dev.archway.contract.api.SecretView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Stores, lists and deletes secrets; their values are never shown. */
@Command(
    name = "secret",
    description = "Secrets of the store; values go in and never come out.",
    mixinStandardHelpOptions = true)
final class SecretCommand {
  private static final String SECRETS = "secrets";

  @ParentCommand private @Nullable ArchwayCommand archway;

  @Command(
      name = "apply",
      description = "Stores the secret of each FILE, in place of one that is there.",
      mixinStandardHelpOptions = true)
  int apply(
      @Mixin ScopeOptions scope,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "YAML; - for standard input.")
          List<String> files) {
    ArchwayCommand command = Commands.parent(archway);
    for (String name : files) {
      SettingFile file = SettingFile.read(name, "secret");
      String at = scope.path(SECRETS, file.field("orgIdentifier"), file.field("projectIdentifier"));
      SecretView stored =
          Commands.put(
              command,
              at + "/" + ScopeOptions.encode(file.identifier()),
              file.text(),
              SecretView.class);
      command.printer().line("secret %s is stored".formatted(stored.ref()));
    }
    return ExitCode.SUCCESS;
  }

  @Command(
      name = "list",
      description = "Lists stored secrets, without their values.",
      mixinStandardHelpOptions = true)
  int list(@Mixin ScopeOptions scope) {
    ArchwayCommand command = Commands.parent(archway);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("SECRET", "NAME", "KEY", "CHANGED"));
    for (SecretView view : command.server().get(scope.path(SECRETS), SecretView[].class)) {
      rows.add(List.of(view.ref(), view.name(), view.key(), view.changedAt().toString()));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }

  @Command(
      name = "delete",
      description = "Deletes a stored secret.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin ScopeOptions scope,
      @Parameters(paramLabel = "ID", description = "Its identifier.") String id) {
    ArchwayCommand command = Commands.parent(archway);
    command.server().delete(scope.path(SECRETS) + "/" + ScopeOptions.encode(id));
    command.printer().remark("secret %s is deleted".formatted(id));
    return ExitCode.SUCCESS;
  }

  @Command(
      name = "rotate",
      description = "Encrypts every stored secret with the first key of the server's keys.",
      mixinStandardHelpOptions = true)
  int rotate() {
    ArchwayCommand command = Commands.parent(archway);
    Map<?, ?> answer = command.server().post("/api/v1/secrets/rotation", Map.of(), Map.class);
    command.printer().line("%s secrets were encrypted anew".formatted(answer.get("encryptedAnew")));
    return ExitCode.SUCCESS;
  }
}
