import { Failure } from '../../errors.ts';
import {
  type ConsoleAnswer,
  type ConsoleHandler,
  type ConsoleVisit,
  problemOf,
} from '../../services/console-pages/index.ts';
import { imageOf, type SiteImageName, siteImageNames, siteImagePath } from '../../services/images/index.ts';
import { imageFormPage } from '../../views/console/image-form.ts';
import { brandingPath, type ConsoleBrandingDependencies } from './dependencies.ts';

const nameIn = ({ image }: ConsoleVisit['params']): SiteImageName => {
  const name = siteImageNames.find((one) => one === image);
  if (name !== undefined) return name;
  throw new Failure({ code: 'not_found', status: 404, message: 'There is no such image.' });
};

export const changeImage = ({ siteImages, administration }: ConsoleBrandingDependencies): ConsoleHandler => {
  const show = async (
    { frame, csrf }: ConsoleVisit,
    name: SiteImageName,
    problem?: string,
  ): Promise<string> => {
    const { images, version } = await siteImages.read();
    const { [name]: image } = images;
    const { title, hint } = frame.text.branding.images[name];
    return imageFormPage(frame, {
      title,
      hint,
      action: `${brandingPath}/${name}`,
      back: brandingPath,
      csrf,
      version,
      shown: image && siteImagePath(name, image),
      canRemove: image !== undefined,
      problem,
    });
  };

  return async (visit): Promise<ConsoleAnswer> => {
    const { by, method, form, file, frame } = visit;
    const name = nameIn(visit.params);
    const isRemoval = form['action'] === 'remove';
    if (method === 'GET') return { page: await show(visit, name) };
    if (!isRemoval && file === undefined)
      return { page: await show(visit, name, frame.text.branding.form.missing), status: 422 };
    try {
      await administration.branding.changeImage(by, name, isRemoval || !file ? undefined : imageOf(file), {
        ifVersion: form['version'] ?? '',
      });
      return { to: `${brandingPath}?done=${isRemoval ? 'removed' : 'uploaded'}` };
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: await show(visit, name, message), status };
    }
  };
};
