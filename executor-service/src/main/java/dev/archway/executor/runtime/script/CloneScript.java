package dev.archway.executor.runtime.script;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CloneExtras;
import dev.archway.executor.runtime.StepResult;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Cloning one commit as a shell script. Pure. */
public final class CloneScript {
  private static final Pattern PLACE = Pattern.compile("^[a-z]+://[^/?#]+");
  private static final String SUBMODULES =
      "git -c protocol.allow=never -c protocol.http.allow=always -c protocol.https.allow=always submodule update --init";

  /** The script's end where a pull request does not merge; no command of it ends so. */
  private static final int UNMERGED = 65;

  private CloneScript() {}

  /** The only git configuration that is read. */
  public static String configuration(Checkout checkout) {
    return """
    [protocol]
    	version = 2
    [protocol "ext"]
    	allow = never
    [safe]
    	directory = *
    [init]
    	defaultBranch = main
    [advice]
    	detachedHead = false
    [maintenance]
    	auto = false
    [http]
    	sslVerify = %s
    """
        .formatted(checkout.sslVerify());
  }

  /**
   * Answers git's questions about the repository's own host from files, so that nothing secret is
   * in an argument or URL. Other hosts, which a submodule or a redirection may name, are told
   * nothing.
   */
  public static String askpass(Path secrets, String url) {
    return """
    #!/bin/sh
    case "$1" in
      *\\'%s\\'*|*@%s\\'*) ;;
      *) exit 1 ;;
    esac
    case "$1" in
      [Uu]sername*) cat %s ;;
      *) cat %s ;;
    esac
    """
        .formatted(
            ShellText.quoted(asked(url)),
            ShellText.quoted(asked(url).replaceFirst("^[a-z]+://", "")),
            ShellText.quoted(secrets.resolve("username").toString()),
            ShellText.quoted(secrets.resolve("password").toString()));
  }

  /** What git calls the place that it wants an account for: {@code https://host:port}. */
  private static String asked(String url) {
    Matcher parts = PLACE.matcher(withoutUser(url));
    return parts.find() ? parts.group() : url;
  }

  public static String script(Checkout checkout, Path workspace, Path secrets) {
    String depth = checkout.depth() == 0 ? "" : "--depth " + checkout.depth() + " ";
    Checkout.Target into = checkout.into();
    return """
    export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=%1$s GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=%2$s
    export GIT_SSH_COMMAND='ssh -o BatchMode=yes' LC_ALL=C
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
    # fetched COMMIT REFSPEC
    fetched() {
      if ! git fetch -q --no-tags %6$s-- origin "$1" 2>.git/archway-fetch; then
        echo "the server does not give a commit by its hash; fetching the ref"
        if ! git fetch -q --no-tags %6$s-- origin "$2" || ! git cat-file -e "$1^{commit}" 2>/dev/null; then
          if [ -f .git/shallow ]; then
            git fetch -q --no-tags --unshallow -- origin "$2" || { cat .git/archway-fetch; exit 1; }
          fi
          git cat-file -e "$1^{commit}" || { cat .git/archway-fetch; exit 1; }
        fi
      fi
      rm -f .git/archway-fetch
    }
    mkdir -p %3$s && cd %3$s || exit 1
    echo %4$s
    git init -q . || exit 1
    printf '[remote "origin"]\\n\\turl = %%s\\n\\tfetch = +refs/heads/*:refs/remotes/origin/*\\n' %5$s >>.git/config
    fetched %7$s %8$s
    %9$s
    %10$s
    %11$s
    """
        .formatted(
            ShellText.quoted(secrets.resolve("gitconfig").toString()),
            ShellText.quoted(secrets.resolve("askpass").toString()),
            ShellText.quoted(workspace.toString()),
            ShellText.quoted(
                "Cloning %s, %s at %s"
                    .formatted(withoutUser(checkout.url()), checkout.refName(), checkout.commit())),
            ShellText.quoted(configValue(checkout.url())),
            depth,
            checkout.commit(),
            wide(checkout.refName(), "refs/archway/ref"),
            sparse(checkout.extras()),
            into == null
                ? "git checkout --detach %s || exit 1".formatted(checkout.commit())
                : merged(checkout, into),
            more(checkout.extras(), depth));
  }

  /** What is fetched where the server gives no commit by its hash. */
  private static String wide(String ref, String as) {
    return ref.startsWith("refs/")
        ? ShellText.quoted("+" + ref + ":" + as)
        : "'+refs/heads/*:refs/remotes/origin/*'";
  }

  /**
   * Merges a pull request as Harness's own clone does: its head into the target's. The merge's
   * commit is the same wherever it is made, since its date is the head's.
   */
  private static String merged(Checkout checkout, Checkout.Target into) {
    return """
    fetched %2$s %3$s
    git checkout --detach %2$s || exit 1
    if [ -f .git/shallow ] && ! git merge-base %2$s %1$s >/dev/null; then
      git fetch -q --no-tags --unshallow -- origin %4$s %3$s || exit 1
    fi
    echo "Merging %1$s into %2$s"
    export GIT_AUTHOR_NAME=Archway GIT_AUTHOR_EMAIL=archway@localhost
    export GIT_COMMITTER_NAME=Archway GIT_COMMITTER_EMAIL=archway@localhost
    GIT_AUTHOR_DATE=$(git log -1 --format=%%cI %1$s)
    GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
    git merge -m "Merge %1$s into %2$s" %1$s || exit %5$d
    unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
    """
        .formatted(
            checkout.commit(),
            into.commit(),
            wide(into.refName(), "refs/archway/target"),
            wide(checkout.refName(), "refs/archway/ref"),
            UNMERGED)
        .strip();
  }

  /** The folders come from a file, where none can be taken for an option. */
  private static String sparse(@Nullable CloneExtras extras) {
    return extras == null || extras.sparse().isEmpty()
        ? ""
        : "printf '%s\\n' "
            + extras.sparse().stream().map(ShellText::quoted).collect(Collectors.joining(" "))
            + " | git sparse-checkout set --cone --stdin || exit 1";
  }

  /**
   * Tags and submodules. Where submodules lie the repository's authors say, whom neither the
   * executor's own files nor its keys are for.
   */
  private static String more(@Nullable CloneExtras extras, String depth) {
    if (extras == null) {
      return "";
    }
    String tags =
        extras.tags()
            ? "git fetch -q %s-- origin '+refs/tags/*:refs/tags/*' || exit 1\n".formatted(depth)
            : "";
    return tags
        + switch (extras.submodules()) {
          case NONE -> "";
          case DIRECT -> SUBMODULES;
          case RECURSIVE -> SUBMODULES + " --recursive";
        };
  }

  /** The result of a script that ended with this code. */
  public static StepResult result(@Nullable Checkout checkout, int code) {
    if (code == 0 || checkout == null) {
      return new StepResult.Completed(List.of());
    }
    Checkout.Target into = checkout.into();
    String message =
        into != null && code == UNMERGED
            ? "cannot merge %s at %s into %s: git's message says where they conflict (expected: a pull request without conflicts; or prCloneStrategy: SourceBranch, which builds its head)"
                .formatted(checkout.refName(), checkout.commit(), into.commit())
            : "cannot clone %s at %s: git ended with %d"
                .formatted(checkout.refName(), checkout.commit(), code);
    return new StepResult.Failed(FailureReason.CLONE_FAILED, message, code);
  }

  /** Refuses what git could take for an option or another program. */
  public static void check(Checkout checkout) {
    if (checkout.url().startsWith("-") || checkout.url().contains("\n")) {
      throw new IllegalArgumentException(
          "repository URL: \"%s\" (expected: a URL or path)".formatted(checkout.url()));
    }
    check(checkout.commit(), checkout.refName());
    if (checkout.into() != null) {
      check(checkout.into().commit(), checkout.into().refName());
    }
  }

  private static void check(String commit, String refName) {
    if (!commit.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "commit: \"%s\" (expected: a full hash)".formatted(commit));
    }
    if (!refName.matches("refs/[^\\s~^:?*\\[\\\\]+|[0-9a-f]{40,64}")) {
      throw new IllegalArgumentException(
          "ref: \"%s\" (expected: a full ref name or a hash)".formatted(refName));
    }
  }

  private static String configValue(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String withoutUser(String url) {
    return url.replaceFirst("://[^/@]*@", "://");
  }
}
