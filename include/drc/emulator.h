/* The local Slack: `drc emulator`. A process of its own; src/emulator/README.md describes it. */
#ifndef DRC_EMULATOR_H
#define DRC_EMULATOR_H

/* Runs until SIGTERM or SIGINT; the state file is complete then. argv[0] = "emulator"; options:
 *   --port N (8501; 0 = any free one)   --state FILE (data/slack_state.json)   --token-file FILE
 * --port-file FILE
 *   --rate-limits   --file-delay-ms N (400)   --sample   --with-parent (ends when the parent
 * process does)
 *   --scopes a,b,c (what the app's manifest asks for; default: every scope that a method needs)
 * Returns the exit status: 0, or that of drc_err_exit_status(). */
int drc_emulator_main(int argc, char **argv);

#endif
