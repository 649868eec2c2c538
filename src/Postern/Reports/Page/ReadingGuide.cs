using Postern.Reports.Text;

namespace Postern.Reports.Page;

/// <summary>What the words on the page mean.</summary>
internal static class ReadingGuide
{
    /// <summary>The section.</summary>
    public static Markup Text { get; } = Markup.Trusted("""
        <section class="guide" id="guide"><h2>How to read this</h2>
        <dl>
        <div><dt>Cell</dt><dd>One training of one model on one dataset under one attack with one seed, and its evaluation after
        the last epoch.</dd></div>
        <div><dt>ACC</dt><dd>Accuracy: the share of clean test pictures that are classified correctly. A backdoor that costs
        accuracy would be noticed.</dd></div>
        <div><dt>ASR</dt><dd>Attack success rate: of the test pictures of other classes with the trigger put in, the share
        classified as the attacker's
        target class. High: the backdoor was learnt. A clean model's errors already give a little, about one in the number of
        classes at worst.</dd></div>
        <div><dt>RA</dt><dd>Robust accuracy: of the same triggered pictures, the share still classified as what they show.</dd>
        </div>
        <div><dt>Poison fit</dt><dd>Of the poisoned training samples, with the trigger as it was trained on and without
        augmentation, the share classified as the target class. High with a low ASR: the poisons were memorised, and the trigger
        was not what was learnt of them. Low: training did not reach them.</dd></div>
        <div><dt>Detection</dt><dd>A defence is drawn several times for each picture; a picture whose prediction changes often
        enough (or seldom enough)
        raises the alarm. TPR: the share of triggered pictures that raise it; FPR: the share of clean ones; AUROC: over all
        thresholds.</dd></div>
        <div><dt>Robust</dt><dd>Low ASR with high ACC. ASR alone says little about a model that has learnt nothing.</dd></div>
        <div><dt>Interval</dt><dd>95% Wilson score interval of the counted pictures: it holds the chance of the test pictures, not
        that of the
        training. For the latter look at several seeds, given as mean ± sample standard deviation.</dd></div>
        <div><dt>Poisoned, covers</dt><dd>Training samples that carry the trigger with the target label, and those that carry it
        with their own label.</dd></div>
        </dl></section>
        """);
}
