package dev.archway.cli;

import dev.archway.contract.api.IssuedToken;
import dev.archway.contract.api.TokenRequest;
import dev.archway.contract.api.TokenView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Makes, lists and revokes API tokens. */
@Command(
    name = "token",
    description = "Makes, lists and revokes API tokens.",
    synopsisSubcommandLabel = "(create | list | revoke)",
    sortOptions = false)
final class TokenCommand implements Runnable {
  @ParentCommand private @Nullable ArchwayCommand archway;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "a command is missing (expected: create, list or revoke)");
    }
  }

  @Command(
      name = "create",
      sortOptions = false,
      description = "Makes a token and prints it, once: the server keeps no copy.")
  int create(
      @Parameters(paramLabel = "NAME", description = "Who or what will use it.") String name,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              defaultValue = "runner",
              description = "viewer, runner or admin (default: runner).")
          String role,
      @Option(
              names = "--org",
              paramLabel = "ORG",
              description = "Where the role counts (default: the whole account).")
          @Nullable String org,
      @Option(
              names = "--project",
              paramLabel = "PROJECT",
              description = "The project of ORG (default: all of them).")
          @Nullable String project,
      @Option(
              names = "--days",
              paramLabel = "N",
              defaultValue = "90",
              description = "How long it is good (default: 90; at most 366).")
          int days) {
    ArchwayCommand command = Commands.parent(archway);
    IssuedToken issued =
        command
            .server()
            .post(
                "/api/v1/tokens",
                new TokenRequest(
                    name, role, org, project, Instant.now().plus(Duration.ofDays(days))),
                IssuedToken.class);
    TokenView token = issued.details();
    command
        .printer()
        .remark(
            "token %s: %s of %s until %s"
                .formatted(token.id(), token.role(), where(token), token.expiresAt()));
    command.printer().line(issued.token());
    return ExitCode.SUCCESS;
  }

  @Command(name = "list", description = "Lists the tokens that you may revoke.")
  int list() {
    ArchwayCommand command = Commands.parent(archway);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "NAME", "ROLE", "WHERE", "STATE", "LAST USED"));
    for (TokenView token : command.server().get("/api/v1/tokens", TokenView[].class)) {
      rows.add(
          List.of(
              token.id(),
              token.name(),
              token.role(),
              where(token),
              state(token),
              token.lastUsedAt() == null ? "never" : token.lastUsedAt().toString()));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }

  @Command(name = "revoke", description = "Ends a token.")
  int revoke(@Parameters(paramLabel = "ID", description = "As list tells it.") String id) {
    Commands.parent(archway).server().delete("/api/v1/tokens/" + Server.segment(id));
    return ExitCode.SUCCESS;
  }

  private static String where(TokenView token) {
    return token.org() == null
        ? "account"
        : token.project() == null ? token.org() : token.org() + "/" + token.project();
  }

  private static String state(TokenView token) {
    if (token.revokedAt() != null) {
      return "revoked " + token.revokedAt();
    }
    return (token.expiresAt().isAfter(Instant.now()) ? "until " : "expired ") + token.expiresAt();
  }
}
