using System.Runtime.InteropServices;
using LogosActors.Node.Cli;

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return await LogosCommandLine.InvokeAsync(args, Terminal.OfProcess, stop.Token);

void Stop(PosixSignalContext context)
{
    // The second signal ends a process that does not stop.
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
