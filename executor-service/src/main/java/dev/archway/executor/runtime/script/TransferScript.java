package dev.archway.executor.runtime.script;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.StepPlan.RestoreCache;
import dev.archway.contract.plan.StepPlan.SaveCache;
import dev.archway.contract.plan.StepPlan.Transfer;
import dev.archway.contract.plan.StepPlan.Upload;
import dev.archway.contract.plan.Workspace;
import java.util.Map;
import java.util.Set;

/**
 * Moving files between the workspace and a bucket as a shell script, for a container that has
 * rclone, GNU tar and zstd. An archive lies on disk between the two, so that it is sent whole or
 * not at all, may be sent again, and is looked through before anything of it is unpacked. Pure.
 */
final class TransferScript {
  private TransferScript() {}

  /**
   * The script, which sets {@code cacheHit} where it restores a cache.
   *
   * @param prefix what the paths of its own files begin with
   */
  static String script(Transfer step, Platform platform, String prefix) {
    ObjectStore store = step.store();
    StringBuilder text = new StringBuilder();
    set(text, "out", prefix);
    set(text, "bucket", store.bucket());
    set(text, "address", store.address());
    set(text, "host", store.host());
    set(text, "account", store.account().ref());
    text.append(COMMON);
    switch (step) {
      case SaveCache save -> {
        key(text, save.key(), platform);
        text.append("set -- ").append(ShellText.quoted(save.paths())).append('\n');
        text.append(
            SAVE.replace("OVERRIDE", Boolean.toString(save.override()))
                .replace("PACKING", packing(save.format())));
      }
      case RestoreCache restore -> {
        key(text, restore.key(), platform);
        text.append(RESTORE.replace("STRICT", Boolean.toString(restore.failIfMissing())));
      }
      case Upload upload -> {
        Glob glob = Glob.of(upload.source());
        set(text, "source", upload.source());
        set(text, "start", "./" + glob.start());
        set(text, "pattern", "\\./" + glob.regex());
        set(text, "strip", upload.stripPrefix().equals(".") ? "" : upload.stripPrefix());
        set(text, "lead", upload.stripPrefix().replaceAll("[\\\\.*\\[\\]^$#]", "\\\\$0"));
        set(text, "target", trimmed(upload.target()));
        text.append(UPLOAD);
      }
    }
    return text.toString();
  }

  private static void set(StringBuilder text, String variable, String value) {
    text.append(variable).append('=').append(ShellText.quoted(value)).append('\n');
  }

  private static String trimmed(String folder) {
    return folder.replaceAll("^/+|/+$", "");
  }

  private static String packing(ArchiveFormat format) {
    return switch (format) {
      case TAR -> "";
      case GZIP -> "--gzip";
      case ZSTD -> "--zstd";
    };
  }

  /** A cache holds what was built, so that each platform has its own. */
  private static void key(StringBuilder text, CacheKey key, Platform platform) {
    text.append("key=\n");
    for (CacheKey.Part part : key.parts()) {
      switch (part) {
        case CacheKey.Text(String words) ->
            text.append("key=$key").append(ShellText.quoted(words)).append('\n');
        case CacheKey.Checksum(String file) ->
            text.append("checksum ").append(ShellText.quoted(file)).append('\n');
        case CacheKey.Fact(CacheKey.Name name) -> text.append(fact(name, platform));
      }
    }
    text.append("named \"$key\"\n");
    text.append("object=$key-").append(platform.dashed()).append('\n');
  }

  /** The variables of a stage that keys are made of. */
  static final Set<String> VARIABLES =
      Set.of("DRONE_COMMIT_BRANCH", "DRONE_COMMIT_REF", "DRONE_COMMIT_SHA", "DRONE_BUILD_NUMBER");

  private static String fact(CacheKey.Name name, Platform platform) {
    return switch (name) {
      case OS -> "key=$key" + ShellText.quoted(platform.os()) + "\n";
      case ARCH -> "key=$key" + ShellText.quoted(platform.architecture()) + "\n";
      case EPOCH -> "key=$key$(date +%s)\n";
      case COMMIT_BRANCH -> variable(name, "DRONE_COMMIT_BRANCH");
      case COMMIT_REF -> variable(name, "DRONE_COMMIT_REF");
      case COMMIT_SHA -> variable(name, "DRONE_COMMIT_SHA");
      case BUILD_NUMBER -> variable(name, "DRONE_BUILD_NUMBER");
    };
  }

  private static String variable(CacheKey.Name name, String variable) {
    return "known \"${%s-}\" %s\n".formatted(variable, ShellText.quoted(name.macro()));
  }

  /** What {@link #COMMON} needs of the place it runs in. */
  static Map<String, String> environment() {
    return Map.of("LC_ALL", "C.UTF-8", "HOME", "/tmp");
  }

  /** The words that a store's definite answers have; all else is tried again. */
  private static final String DEFINITE =
      String.join(
          "|",
          "AccessDenied",
          "Forbidden",
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "NoSuchBucket",
          "directory not found",
          "status code: (30[17]|40[0134])",
          "Error 40[0134]",
          "invalid_grant",
          "invalid_client",
          "service account",
          "failed to configure",
          "certificate");

  private static final String COMMON =
      """
      archive=${out}archive
      said=${out}said
      trouble=${out}trouble
      aside=
      trap 'rm -rf "$archive" "$said" "$trouble" "${out}names" ${aside:+"$aside"}' EXIT
      trap 'exit 143' TERM INT
      cd WORKSPACE || exit 1

      # What it says is the step's failure.
      fail() {
        printf '%s\\n' "$*"
        printf '%s' "$*" >"${out}1"
        exit 1
      }

      # A link in the workspace must not lead elsewhere.
      inside() {
        case $(readlink -f -- "$1")/ in WORKSPACE/*) ;; *) fail "$2 \\"$1\\" leads out of the workspace (expected: files in it)" ;; esac
      }

      checksum() {
        [ -f "./$1" ] || fail "cannot make the key: checksum \\"$1\\" names no file in the workspace (expected: a file that an earlier step leaves there)"
        inside "./$1" checksum
        sum=$(sha256sum <"./$1")
        key=$key${sum%% *}
      }

      known() {
        [ -n "$1" ] || fail "cannot make the key: {{ $2 }} is not known, since this execution is of none (expected: a build of a branch or commit, or a key without it)"
        key=$key$1
      }

      named() {
        case /$1/ in *//* | */./* | */../* | *'\\'*) fail "the object's name \\"$1\\" (expected: a name without empty parts, . and ..)" ;; esac
        case $1 in *[[:cntrl:]]*) fail "the object's name has a control character (expected: printable text)" ;; esac
      }

      # The store's own words, on one line.
      words() {
        sed 's#^[0-9/]* [0-9:]* *##' "$trouble" | sed -n '/^Failed to/,$ { s/^Failed to [a-z]*:* *//; p }' | tr -s '\\n\\t' '  ' | cut -c 1-600
      }

      # attempt WHAT rclone's words: 0, or fails with what was found.
      attempt() {
        what=$1
        shift
        for wait in 2 5 11 0; do
          code=0
          rclone "$@" >"$said" 2>"$trouble" || code=$?
          [ $code != 0 ] || return 0
          ! grep -qE 'DEFINITE' "$trouble" || break
          [ $wait = 0 ] || { printf '%s\\n' "cannot $what: $(words); next try in $wait s"; sleep $wait; }
        done
        found=$(words)
        [ -n "$found" ] || found=$(tail -n 1 "$trouble")
        if grep -qE 'NoSuchBucket|directory not found|bucket does not exist' "$trouble"; then
          fail "cannot $what: there is no bucket \\"$bucket\\" at $host; make it, or name another in \\"bucket\\""
        elif grep -qE 'AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|status code: 40[13]|Error 40[13]|invalid_grant|invalid_client' "$trouble"; then
          fail "cannot $what: $host refuses the account of connector $account: $found; give it leave to list, read and write bucket \\"$bucket\\""
        elif grep -qE 'RequestError|dial tcp|no such host|connection re|timeout|EOF' "$trouble"; then
          fail "cannot $what: $host cannot be reached: $found; check the endpoint and the network"
        fi
        fail "cannot $what: $host said: $found"
      }

      # True when there is an object of that name; without one, a path is a folder to rclone.
      there() {
        attempt "look for $address/$1" lsjson --stat --no-modtime --no-mimetype "store:$bucket/$1"
        ! grep -q '"IsDir": *true' "$said"
      }

      size() { numfmt --to=iec-i --suffix=B "$(stat -c %s "$archive")"; }

      """
          .replace("DEFINITE", DEFINITE)
          .replace("WORKSPACE", Workspace.ROOT.toString());

  private static final String SAVE =
      """
      if [ OVERRIDE = false ] && there "$object"; then
        echo "$address/$object is there already: nothing is saved (override: true replaces it)"
        exit 0
      fi
      for path do
        [ -e "./$path" ] || fail "cannot save: sourcePaths names \\"$path\\", which is not in the workspace (expected: what an earlier step leaves there)"
        inside "./$path" sourcePaths
      done
      tar -c PACKING -f "$archive" -- "$@" || fail "cannot pack $*: see the log"
      attempt "save $address/$object" copyto --ignore-times "$archive" "store:$bucket/$object"
      echo "saved $* as $address/$object ($(size))"
      """;

  private static final String RESTORE =
      """
      if ! there "$object"; then
        echo "cache miss: there is no $address/$object"
        [ STRICT = false ] || fail "there is no cache $address/$object, and failIfKeyNotFound is true; save it first, or let it be missing"
        cacheHit=false
      else
        attempt "fetch $address/$object" copyto --ignore-times "store:$bucket/$object" "$archive"
        [ -f "$archive" ] || fail "$address/$object was removed while it was fetched; run the step again"
        foreign="$address/$object is no cache that can be unpacked (expected: what a save step put there, and nothing else in this bucket)"
        tar -tPf "$archive" --quoting-style=literal >"${out}names" || fail "$foreign"
        ! out_of=$(grep -m 1 -E '^/|(^|/)\\.\\.(/|$)' "${out}names") || fail "$address/$object names \\"$out_of\\", which is outside the workspace: nothing of it is unpacked"
        # Beside the workspace's own files first: an archive that fails half-way, or that goes through a link, leaves nothing.
        aside=$(mktemp -d ./.archway-restore.XXXXXX)
        tar -xpf "$archive" -C "$aside" || fail "$foreign"
        odd=$(find "$aside" ! -type f ! -type d ! -type l -print -quit)
        [ -z "$odd" ] || fail "$address/$object holds \\"${odd#"$aside"/}\\", which is neither file, folder nor link: nothing of it is unpacked"
        in_way=$(find "$aside" -mindepth 1 -printf '%y%P\\n' | while IFS= read -r entry; do
          path=${entry#?}
          folder=false
          if [ -d "./$path" ] && [ ! -h "./$path" ]; then folder=true; fi
          case $entry$folder in
            d*false) [ -e "./$path" ] || [ -h "./$path" ] || continue ;;
            d*true | *false) continue ;;
          esac
          printf '%s\\n' "$path"
          break
        done)
        [ -z "$in_way" ] || fail "$address/$object has \\"$in_way\\", where the workspace has a link, file or folder of another kind: nothing of it is unpacked; remove that first"
        find "$aside" -mindepth 1 -maxdepth 1 -exec cp -a -l --remove-destination -t . -- {} + || fail "cannot put $address/$object over what is in the workspace: see the log"
        echo "cache hit: restored $address/$object ($(size))"
        cacheHit=true
      fi
      """;

  private static final String UPLOAD =
      """
      [ ! -e "$start" ] || inside "$start" sourcePath
      [ -z "$target" ] || named "$target"
      names=${out}names
      find "$start" -regextype posix-extended -type f -regex "$pattern" -printf '%p\\n' 2>"$trouble" | sed 's#^\\./##' >"$names" || true
      [ -s "$names" ] || fail "cannot upload: no file of the workspace matches sourcePath \\"$source\\" (expected: what an earlier step leaves there)"
      if grep -qE '^$' "$names" || [ "$(find "$start" -regextype posix-extended -type f -regex "$pattern" -printf x | wc -c)" != "$(wc -l <"$names")" ]; then
        fail "cannot upload: a file's name has a line feed (expected: none)"
      fi
      # send FOLDER: those of the names on standard input that are below it
      send() {
        cat >"$archive"
        [ -s "$archive" ] || return 0
        attempt "upload to $address${target:+/$target}" copy -v --stats 0 --no-check-dest --files-from-raw "$archive" "$1" "store:$bucket${target:+/$target}"
        sed -n 's#^.* INFO *: \\(.*\\): Copied (.*)$#\\1#p' "$trouble" | sort >"$said"
        sed "s#^#uploaded $(printf %s "$address${target:+/$target}/" | sed 's/[#&\\\\]/\\\\&/g')#" "$said"
        sort "$archive" | cmp -s - "$said" || fail "not all files were uploaded, since some went away meanwhile: $(sort "$archive" | comm -23 - "$said" | head -n 3 | tr '\\n' ' ')"
      }
      if [ -n "$strip" ]; then
        sed -n "s#^$lead/##p" "$names" | send "./$strip"
        sed "\\#^$lead/#d" "$names" | send .
      else
        send . <"$names"
      fi
      """;
}
