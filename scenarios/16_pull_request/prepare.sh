# Pull request 1 adds a file to a branch that has got another one since, and the server has tried the merge.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_DIR="$ARCHWAY_HOME/git/sample.git"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
main=$(git rev-parse main)
blob=$(echo hello | git hash-object -w --stdin)

# with FILE: main's tree and this file
with() { { git ls-tree main; for file; do printf '100644 blob %s\t%s\n' "$blob" "$file"; done; } | git mktree; }

target=$(git commit-tree -m target -p "$main" "$(with on-target)")
head=$(git commit-tree -m head -p "$main" "$(with of-pull-request)")
git update-ref refs/pull/1/head "$head"
git update-ref refs/pull/1/merge "$(git commit-tree -m merge -p "$target" -p "$head" "$(with on-target of-pull-request)")"
