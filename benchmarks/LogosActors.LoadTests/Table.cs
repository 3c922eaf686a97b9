using System.Runtime.InteropServices;

namespace LogosActors.LoadTests;

/// <summary>Measures rows one after the other, and prints each when it is there.</summary>
internal static class Table
{
    const int MissedExitCode = 1;

    /// <returns>The exit code.</returns>
    public static async Task<int> PrintAsync(IEnumerable<Row> rows, Budget budget)
    {
        var missed = 0;
        var quick = budget == Budget.Quick ? ", quick: figures are rough" : "";
        Console.WriteLine(
            $"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, {GarbageCollector.Current.Name()} garbage collection, "
            + $"{RuntimeInformation.OSDescription}{quick}");
        Console.WriteLine(Format.Row("row", "figure", "unit", "peer or ceiling", "its figure", "ratio", "target", "verdict"));
        foreach (var row in rows)
        {
            // What an earlier row left behind is not this row's cost.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            missed += await PrintAsync(row, budget) ? 0 : 1;
        }
        Console.WriteLine(missed == 0 ? "All rows met." : $"{missed} rows missed.");
        return missed == 0 ? 0 : MissedExitCode;
    }

    // A row that cannot be measured does not cost the others.
    static async Task<bool> PrintAsync(Row row, Budget budget)
    {
        try
        {
            var outcome = await row.MeasureAsync(budget);
            Console.WriteLine(Format.Row(row.Name, outcome));
            return outcome.IsMet;
        }
        catch (Exception e)
        {
            Console.WriteLine(Format.Row(row.Name, "–", "", $"{e.GetType().Name}: {e.Message}", "–", "–", "", "FAILED"));
            await Console.Error.WriteLineAsync($"{row.Name}: {e}");
            return false;
        }
    }
}
