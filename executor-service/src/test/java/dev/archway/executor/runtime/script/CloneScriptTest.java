package dev.archway.executor.runtime.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CloneExtras;
import dev.archway.contract.plan.CloneExtras.Submodules;
import dev.archway.executor.runtime.StepResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a clone has beside its commit's tree, from a real repository over HTTP. */
class CloneScriptTest {
  @TempDir Path home;
  private HttpServer server;

  @BeforeEach
  void repositories() throws Exception {
    Path served = Files.createDirectory(home.resolve("served"));
    server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            served,
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    shell(
        """
        export HOME="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
        git config --global init.defaultBranch main
        make() { git -C "$1" add -A && git -C "$1" commit -qm "$1" && git clone -q --bare "$1" "served/$1" && git -C "served/$1" update-server-info; }
        git init -q inner && echo inner >inner/file && make inner
        git init -q outer && echo outer >outer/file
        git -C outer -c protocol.file.allow=always submodule --quiet add "$PWD/inner" below
        git -C outer config -f .gitmodules submodule.below.url ../inner && make outer
        git init -q main && mkdir -p main/a/b main/c && echo 1 >main/a/b/file && echo 2 >main/c/file && echo 3 >main/top
        git -C main -c protocol.file.allow=always submodule --quiet add "$PWD/outer" sub
        git -C main config -f .gitmodules submodule.sub.url ../outer
        make main && git -C served/main tag v1 && git -C served/main update-server-info
        """);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String shell(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-ec", script)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private int clone(@Nullable CloneExtras extras) throws Exception {
    return clone(checkout("refs/heads/main", shell("git -C main rev-parse HEAD").strip(), extras));
  }

  private Checkout checkout(String ref, String commit, @Nullable CloneExtras extras) {
    String url = "http://127.0.0.1:%d/main".formatted(server.getAddress().getPort());
    return new Checkout(
        new Connector.Git("git", url, false, null, null), url, ref, commit, 0, true, extras, null);
  }

  private int clone(Checkout checkout) throws Exception {
    String url = checkout.url();
    Path secrets = Files.createDirectories(home.resolve("secrets"));
    Files.writeString(secrets.resolve("gitconfig"), CloneScript.configuration(checkout));
    Path askpass = secrets.resolve("askpass");
    Files.writeString(askpass, CloneScript.askpass(secrets, url));
    Files.setPosixFilePermissions(askpass, PosixFilePermissions.fromString("rwx------"));
    Path output = home.resolve("output");
    int code =
        new ProcessBuilder(
                "sh", "-c", CloneScript.script(checkout, home.resolve("workspace"), secrets))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    return code;
  }

  private boolean has(String path) {
    return Files.exists(home.resolve("workspace").resolve(path));
  }

  @Test
  void treeAlone() throws Exception {
    assertThat(clone((CloneExtras) null)).isZero();
    assertThat(has("a/b/file") && has("c/file") && has("top")).isTrue();
    assertThat(has("sub/file")).isFalse();
    assertThat(shell("git -C workspace tag")).isEmpty();
  }

  @Test
  void namedFoldersAndTagsAlone() throws Exception {
    assertThat(clone(new CloneExtras(List.of("a/b"), Submodules.NONE, true))).isZero();
    assertThat(has("a/b/file") && has("top")).isTrue();
    assertThat(has("c")).isFalse();
    assertThat(shell("git -C workspace tag")).contains("v1");
  }

  @Test
  void submodulesAndTheirOwn() throws Exception {
    assertThat(clone(new CloneExtras(List.of(), Submodules.DIRECT, false))).isZero();
    assertThat(has("sub/file")).isTrue();
    assertThat(has("sub/below/file")).isFalse();
    shell("rm -rf workspace");
    assertThat(clone(new CloneExtras(List.of(), Submodules.RECURSIVE, false))).isZero();
    assertThat(has("sub/below/file")).isTrue();
  }

  @Test
  void submoduleOfTheMachineItselfIsRefused() throws Exception {
    shell(
        """
        export HOME="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
        git -C main config -f .gitmodules submodule.sub.url "$PWD/served/outer"
        git -C main commit -qam file && git -C main push -q "$PWD/served/main" HEAD:main && git -C served/main update-server-info
        """);
    assertThat(clone(new CloneExtras(List.of(), Submodules.DIRECT, false))).isNotZero();
    assertThat(has("sub/file")).isFalse();
    assertThat(Files.readString(home.resolve("output"))).contains("not allowed");
  }

  /** A pull request that changes {@code path}, of a branch whose {@code top} says something new. */
  private Checkout pull(String path) throws Exception {
    shell(
        """
        export HOME="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
        git -C main checkout -q -b topic && echo topic >main/%s && git -C main add -A && git -C main commit -qm topic
        git -C main checkout -q main && echo newer >main/top && git -C main add -A && git -C main commit -qm newer
        git -C main push -q "$PWD/served/main" main topic:refs/pull/7/head && git -C served/main update-server-info
        """
            .formatted(path));
    return checkout("refs/pull/7/head", shell("git -C main rev-parse topic").strip(), null)
        .mergedInto(
            new Checkout.Target("refs/heads/main", shell("git -C main rev-parse main").strip()));
  }

  @Test
  void pullRequestIsMergedIntoItsTargetTheSameEverywhere() throws Exception {
    Checkout pull = pull("c/more");
    assertThat(clone(pull)).isZero();
    assertThat(has("c/more")).isTrue();
    assertThat(shell("cat workspace/top")).isEqualTo("newer\n");
    assertThat(shell("git -C workspace rev-parse HEAD^1 HEAD^2").lines())
        .containsExactly(Objects.requireNonNull(pull.into()).commit(), pull.commit());
    String merged = shell("git -C workspace rev-parse HEAD");
    shell("rm -rf workspace && sleep 1");
    assertThat(clone(pull)).isZero();
    assertThat(shell("git -C workspace rev-parse HEAD")).isEqualTo(merged);
  }

  /** The commit where they parted is not among those that are fetched at first. */
  @Test
  void pullRequestWithLittleHistoryIsMergedAllTheSame() throws Exception {
    Checkout full = pull("c/more");
    String url = home.resolve("served/main").toUri().toString();
    assertThat(
            clone(
                new Checkout(
                    full.connector(),
                    url,
                    full.refName(),
                    full.commit(),
                    1,
                    true,
                    null,
                    full.into())))
        .isZero();
    assertThat(has("c/more")).isTrue();
    assertThat(shell("cat workspace/top")).isEqualTo("newer\n");
  }

  @Test
  void conflictFailsTheClone() throws Exception {
    Checkout pull = pull("top");
    int code = clone(pull);
    assertThat(Files.readString(home.resolve("output"))).contains("CONFLICT", "top");
    assertThat(CloneScript.result(pull, code))
        .isInstanceOfSatisfying(
            StepResult.Failed.class,
            failed ->
                assertThat(failed.message())
                    .contains("cannot merge refs/pull/7/head", "SourceBranch"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "Username for 'https://git.example:8443': , name",
        "Password for 'https://name@git.example:8443': , word",
        "Username for 'https://other.example': , ''",
        "Password for 'https://git.example:8443@other.example': , ''",
        "Password for 'https://name@git.example': , ''",
      })
  void accountIsForTheRepositorysOwnHost(String question, String answer) throws Exception {
    Path askpass = home.resolve("askpass");
    Files.writeString(home.resolve("username"), "name");
    Files.writeString(home.resolve("password"), "word");
    Files.writeString(
        askpass, CloneScript.askpass(home, "https://me@git.example:8443/acme/app.git"));
    Process process = new ProcessBuilder("sh", askpass.toString(), question).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(answer.equals("''") ? "" : answer);
  }
}
